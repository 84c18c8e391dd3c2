package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;
import static io.batchscope.fused.cuda.Cuda.checkDriver;

import io.batchscope.train.Device;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.cuda.cudart.CUuuid;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cudnn;
import org.bytedeco.javacpp.BytePointer;
import org.jspecify.annotations.Nullable;

/** The GPUs that CUDA sees, and which of them an address means. */
final class GpuCatalog {
    private static final int TEXT_BYTES = 256;
    private static final int UUID_BYTES = 16;
    private static final String VISIBLE = "CUDA_VISIBLE_DEVICES";

    private GpuCatalog() {}

    /**
     * One GPU.
     *
     * @param ordinal CUDA's number of it in this process
     * @param busId where it is plugged in, such as {@code 0000:1B:00.0}
     * @param uuid such as {@code GPU-6f3a…}
     * @param name of its kind
     */
    record Gpu(int ordinal, String busId, String uuid, String name) {}

    /** Those of this process by the order of their buses, which is {@code nvidia-smi}'s, and addressed by their place in it. */
    static List<Device> devices() {
        List<Gpu> gpus = inBusOrder(gpus());
        return IntStream.range(0, gpus.size())
                .mapToObj(i -> new Device(
                        Integer.toString(i), gpus.get(i).uuid(), gpus.get(i).name()))
                .toList();
    }

    /**
     * The GPU that an address means here.
     *
     * @throws IllegalArgumentException if this process sees none by that address
     */
    static Gpu find(String address) {
        return find(address, gpus(), System.getenv(VISIBLE));
    }

    /**
     * Which of the GPUs an address means. Where CUDA is shown some of the machine's GPUs only, a number is that of the machine
     * and the list of those shown tells which: CUDA numbers them as the list does. Where nothing is hidden, numbers are by the
     * order of the buses, while CUDA's own order begins with the fastest.
     *
     * @param gpus by ordinal
     * @param visible what {@code CUDA_VISIBLE_DEVICES} says; null: nothing
     */
    static Gpu find(String address, List<Gpu> gpus, @Nullable String visible) {
        if (address.startsWith("GPU-")) {
            // As CUDA_VISIBLE_DEVICES, a beginning suffices if it means one only.
            List<Gpu> meant =
                    gpus.stream().filter(gpu -> gpu.uuid().startsWith(address)).toList();
            if (meant.size() == 1) {
                return meant.get(0);
            }
        }
        List<Gpu> ordered = inBusOrder(gpus);
        if (visible != null && !visible.isBlank()) {
            List<String> shown = List.of(visible.strip().split("\\s*,\\s*"));
            if (shown.stream().noneMatch(name -> name.matches("\\d+"))) {
                // They are UUIDs, so a number can only be meant among those shown.
                return find(address, gpus, null);
            }
            int place = shown.indexOf(address);
            if (place >= 0 && place < gpus.size()) {
                return gpus.get(place);
            }
        } else if (address.matches("\\d{1,4}") && Integer.parseInt(address) < ordered.size()) {
            return ordered.get(Integer.parseInt(address));
        }
        throw new IllegalArgumentException("GPU " + address
                + " (given to this worker): must be one that CUDA sees here, but it sees " + gpus.size() + " ("
                + (visible == null ? "numbers 0 to " + (gpus.size() - 1) : VISIBLE + "=" + visible)
                + "); correct the discovery script or " + VISIBLE);
    }

    private static List<Gpu> inBusOrder(List<Gpu> gpus) {
        return gpus.stream().sorted(Comparator.comparing(Gpu::busId)).toList();
    }

    private static List<Gpu> gpus() {
        int[] count = new int[1];
        int status = cudart.cudaGetDeviceCount(count);
        if (status == cudart.cudaErrorNoDevice) {
            cudart.cudaGetLastError();
            return List.of();
        }
        check(status, "to count GPUs");
        List<Gpu> gpus = new ArrayList<>();
        for (int ordinal = 0; ordinal < count[0]; ordinal++) {
            gpus.add(gpu(ordinal));
        }
        return gpus;
    }

    private static Gpu gpu(int ordinal) {
        try (BytePointer text = new BytePointer(TEXT_BYTES);
                CUuuid uuid = new CUuuid()) {
            check(cudart.cudaDeviceGetPCIBusId(text, TEXT_BYTES, ordinal), "the bus of GPU " + ordinal);
            String bus = upToZero(text);
            checkDriver(cudart.cuDeviceGetName(text, TEXT_BYTES, ordinal), "the name of GPU " + ordinal);
            String name = upToZero(text);
            checkDriver(cudart.cuDeviceGetUuid(uuid, ordinal), "the UUID of GPU " + ordinal);
            return new Gpu(ordinal, bus, uuidText(uuid), name);
        }
    }

    /** What CUDA wrote: JavaCPP gives all the bytes that there is room for. */
    private static String upToZero(BytePointer text) {
        String all = text.getString();
        int end = all.indexOf('\0');
        return end < 0 ? all : all.substring(0, end);
    }

    /** As nvidia-smi prints it. */
    private static String uuidText(CUuuid uuid) {
        StringBuilder text = new StringBuilder("GPU");
        for (int i = 0; i < UUID_BYTES; i++) {
            if (i == 0 || i == 4 || i == 6 || i == 8 || i == 10) {
                text.append('-');
            }
            text.append(String.format("%02x", uuid.bytes(i) & 0xff));
        }
        return text.toString();
    }

    /** Of CUDA's runtime, such as {@code 13.0}. */
    static String runtimeVersion() {
        int[] version = new int[1];
        check(cudart.cudaRuntimeGetVersion(version), "its version");
        return version[0] / 1000 + "." + version[0] % 1000 / 10;
    }

    /** Such as {@code 9.13.0}. */
    static String cudnnVersion() {
        long version = cudnn.cudnnGetVersion();
        return version / 10000 + "." + version % 10000 / 100 + "." + version % 100;
    }
}
