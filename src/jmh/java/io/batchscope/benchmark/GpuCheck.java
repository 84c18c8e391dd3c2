package io.batchscope.benchmark;

import io.batchscope.fused.cuda.CudaBackend;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Says whether the CUDA replica can run here, and on what; {@code run check} of the GPU bundle. */
@Command(name = "check")
public final class GpuCheck implements Callable<Integer> {
    /** Ends with 0, or with 4 if it cannot. */
    public static void main(String[] arguments) {
        System.exit(GpuCommands.execute(new GpuCheck(), arguments));
    }

    @Override
    public Integer call() {
        System.out.println("java       " + System.getProperty("java.version") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors, heap up to "
                + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
        Machinery.CUDA.absence().ifPresent(why -> {
            throw new AbsenceException(
                    why + "; install what is missing, or name its directory in BATCHSCOPE_CUDA_PATH");
        });
        System.out.println("cuda       " + CudaBackend.describe());
        CudaBackend.devices().forEach(device -> System.out.println("gpu        " + device.describe()));
        return 0;
    }
}
