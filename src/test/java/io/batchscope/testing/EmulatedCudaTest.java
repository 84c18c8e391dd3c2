package io.batchscope.testing;

import static io.batchscope.testing.CudaWork.bytes;
import static io.batchscope.testing.CudaWork.check;
import static io.batchscope.testing.CudaWork.hostValues;
import static org.assertj.core.api.Assertions.assertThat;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToDevice;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyDeviceToHost;
import static org.bytedeco.cuda.global.cudart.cudaMemcpyHostToDevice;

import io.batchscope.fused.cuda.CudaBackend;
import io.batchscope.train.Device;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Devices, memory, streams and events. */
class EmulatedCudaTest {
    private static final long MEBIBYTE = 1L << 20;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @Test
    void theOrderOfBusesIsNotThatOfOrdinals() {
        try (BytePointer bus = new BytePointer(64)) {
            check(cudart.cudaDeviceGetPCIBusId(bus, 64, 0));
            String first = CudaWork.text(bus);
            check(cudart.cudaDeviceGetPCIBusId(bus, 64, 1));
            assertThat(first).isGreaterThan(CudaWork.text(bus));
        }
        assertThat(CudaBackend.problem()).isNull();
        assertThat(CudaBackend.devices()).hasSize(2).extracting(Device::name).containsOnly("Emulated GPU");
        assertThat(CudaBackend.devices()).extracting(Device::uuid).doesNotHaveDuplicates();
        assertThat(CudaBackend.describe()).isEqualTo("CUDA 13.1, cuDNN 9.19.0, 2 GPUs: Emulated GPU");
    }

    @Test
    void copiesHappenLate() {
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st stream = work.stream();
            FloatPointer from = work.pinned(1, 2);
            FloatPointer to = work.pinned(0, 0);
            FloatPointer device = work.onDevice(2);
            check(cudart.cudaMemcpyAsync(device, from, bytes(2), cudaMemcpyHostToDevice, stream));
            check(cudart.cudaMemcpyAsync(to, device, bytes(2), cudaMemcpyDeviceToHost, stream));
            from.put(0, 7);
            assertThat(hostValues(to)).containsExactly(0, 0);
            check(cudart.cudaStreamSynchronize(stream));
            assertThat(hostValues(to)).containsExactly(7, 2);
        }
    }

    @Test
    void hostMemoryThatIsNotPinnedIsReadAtOnce() {
        try (CudaWork work = new CudaWork(0);
                FloatPointer from = new FloatPointer(1, 2)) {
            CUstream_st stream = work.stream();
            FloatPointer device = work.onDevice(2);
            check(cudart.cudaMemcpyAsync(device, from, bytes(2), cudaMemcpyHostToDevice, stream));
            from.put(0, 7);
            check(cudart.cudaStreamSynchronize(stream));
            assertThat(work.read(device, 2)).containsExactly(1, 2);
        }
    }

    @Test
    void aStreamSeesAnothersWorkOnlyIfItWaitsForIt() {
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st first = work.stream();
            CUstream_st second = work.stream();
            CUevent_st event = work.event();
            FloatPointer from = work.pinned(5);
            FloatPointer to = work.pinned(0);
            FloatPointer device = work.onDevice(new float[] {3});
            check(cudart.cudaMemcpyAsync(device, from, bytes(1), cudaMemcpyHostToDevice, first));
            check(cudart.cudaEventRecord(event, first));
            check(cudart.cudaMemcpyAsync(to, device, bytes(1), cudaMemcpyDeviceToHost, second));
            check(cudart.cudaStreamSynchronize(second));
            assertThat(hostValues(to)).containsExactly(3);

            check(cudart.cudaStreamWaitEvent(second, event, 0));
            check(cudart.cudaMemcpyAsync(to, device, bytes(1), cudaMemcpyDeviceToHost, second));
            check(cudart.cudaStreamSynchronize(second));
            assertThat(hostValues(to)).containsExactly(5);
        }
    }

    @Test
    void anEventIsNotReadyAtOnce() {
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st stream = work.stream();
            CUevent_st event = work.event();
            FloatPointer to = work.pinned(0);
            FloatPointer device = work.onDevice(new float[] {3});
            assertThat(cudart.cudaEventQuery(event)).isZero();
            check(cudart.cudaMemcpyAsync(to, device, bytes(1), cudaMemcpyDeviceToHost, stream));
            check(cudart.cudaEventRecord(event, stream));
            assertThat(cudart.cudaEventQuery(event)).isEqualTo(cudart.cudaErrorNotReady);
            assertThat(hostValues(to)).containsExactly(0);
            assertThat(cudart.cudaEventQuery(event)).isZero();
            assertThat(hostValues(to)).containsExactly(3);
            assertThat(cudart.cudaGetLastError()).isEqualTo(cudart.cudaErrorNotReady);
        }
    }

    @Test
    void newMemoryHoldsNoNumbers() {
        try (CudaWork work = new CudaWork(0)) {
            assertThat(work.read(work.onDevice(3), 3)).containsOnly(Float.NaN);
        }
    }

    @Test
    void memoryEnds() {
        try (CudaWork work = new CudaWork(0);
                SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            check(cudart.cudaMemGetInfo(free, total));
            long before = free.get();
            FloatPointer all = new FloatPointer();
            assertThat(cudart.cudaMalloc(all, before + 1)).isEqualTo(cudart.cudaErrorMemoryAllocation);
            assertThat(cudart.cudaGetLastError()).isEqualTo(cudart.cudaErrorMemoryAllocation);
            assertThat(cudart.cudaGetLastError()).isZero();
            work.onDevice(MEBIBYTE);
            check(cudart.cudaMemGetInfo(free, total));
            assertThat(before - free.get()).isEqualTo(4 * MEBIBYTE);
        }
    }

    @Test
    void copiesStayInsideOfWhatIsAllocated() {
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st stream = work.stream();
            FloatPointer device = work.onDevice(4);
            FloatPointer host = work.pinned(1, 2, 3);
            assertThat(cudart.cudaMemcpyAsync(device, host, bytes(4), cudaMemcpyHostToDevice, stream))
                    .isEqualTo(cudart.cudaErrorInvalidValue);
            assertThat(cudart.cudaMemcpyAsync(device.getPointer(2), host, bytes(3), cudaMemcpyHostToDevice, stream))
                    .isEqualTo(cudart.cudaErrorInvalidValue);
            assertThat(cudart.cudaMemcpyAsync(device, host, bytes(3), cudaMemcpyDeviceToDevice, stream))
                    .isEqualTo(cudart.cudaErrorInvalidValue);
            assertThat(cudart.cudaMemsetAsync(device, 0, bytes(5), stream)).isEqualTo(cudart.cudaErrorInvalidValue);
            assertThat(cudart.cudaMemcpyAsync(device, host, bytes(3), cudaMemcpyHostToDevice, stream))
                    .isZero();
            assertThat(work.read(device, 4)).containsExactly(1, 2, 3, Float.NaN);
        }
    }

    @Test
    void memoryAndEventsBelongToOneDevice() {
        try (CudaWork first = new CudaWork(0);
                CudaWork second = new CudaWork(1)) {
            CUstream_st stream = second.stream();
            CUevent_st event = second.event();
            check(cudart.cudaSetDevice(0));
            FloatPointer device = first.onDevice(2);
            FloatPointer host = first.pinned(1, 2);
            assertThat(cudart.cudaMemcpyAsync(device, host, bytes(2), cudaMemcpyHostToDevice, stream))
                    .isEqualTo(cudart.cudaErrorInvalidValue);
            assertThat(cudart.cudaEventRecord(event, first.stream())).isEqualTo(cudart.cudaErrorInvalidResourceHandle);
            assertThat(cudart.cudaSetDevice(2)).isEqualTo(cudart.cudaErrorInvalidDevice);
        }
    }

    @Test
    void aCaptureForbidsWhatCudaForbids() {
        try (CudaWork work = new CudaWork(0)) {
            CUstream_st stream = work.stream();
            CUgraph_st graph = new CUgraph_st();
            check(cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal));
            assertThat(cudart.cudaMalloc(new FloatPointer(), 4)).isEqualTo(cudart.cudaErrorStreamCaptureUnsupported);
            assertThat(cudart.cudaStreamEndCapture(stream, graph)).isEqualTo(cudart.cudaErrorStreamCaptureInvalidated);
            assertThat(graph.isNull()).isTrue();

            check(cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal));
            assertThat(cudart.cudaStreamSynchronize(stream)).isEqualTo(cudart.cudaErrorStreamCaptureUnsupported);
            assertThat(cudart.cudaStreamEndCapture(stream, graph)).isEqualTo(cudart.cudaErrorStreamCaptureInvalidated);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "guards    | forward | cudaErrorIllegalAddress cudaErrorIllegalAddress",
                "freed     | forward | cudaErrorIllegalAddress cudaErrorIllegalAddress",
                "others    | forward | 3.0",
                "others    | reverse | 5.0",
                "neighbour | forward | NaN",
                "neighbour | reverse | 1.0",
                "diverged  | forward | cudaErrorLaunchFailure",
            })
    void whatIsWrongShows(String scenario, String order, String expected) throws Exception {
        assertThat(child(Map.of("CUDA_EMULATION_ORDER", order), scenario)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0,1       | 2 0000:91:00.0",
                "1         | 1 0000:81:00.0",
                "1,0       | 2 0000:81:00.0",
                "1,9,0     | 1 0000:81:00.0",
                "GPU-b1    | 1 0000:81:00.0",
                "1,1       | 0",
                "-1        | 0",
            })
    void seesTheDevicesItIsShown(String visible, String expected) throws Exception {
        assertThat(child(Map.of("CUDA_VISIBLE_DEVICES", visible), "devices")).isEqualTo(expected);
    }

    @Test
    void aChildHasTheDevicesItWasGiven() throws Exception {
        assertThat(child(Map.of(), "memory")).isEqualTo("3 8388608");
    }

    /** What {@link EmulatedCudaScenarios} prints in a JVM of its own. */
    private static String child(Map<String, String> variables, String scenario) throws Exception {
        Map<String, String> environment = new HashMap<>(EmulatedCuda.environment(3, 8 * MEBIBYTE));
        environment.putAll(variables);
        Processes.Finished finished = Processes.run(
                List.of(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EmulatedCudaScenarios.class.getName(),
                        scenario),
                Path.of("").toAbsolutePath(),
                environment,
                LIMIT);
        assertThat(finished.exitCode()).as(finished.errors()).isZero();
        return finished.output().strip();
    }
}
