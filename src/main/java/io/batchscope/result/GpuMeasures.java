package io.batchscope.result;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Columns of {@code runs}: what the GPUs that Spark assigned to a run's workers did while it trained, was evaluated and
 * its probes were measured. They are of the devices, so what other processes do on them is in it.
 *
 * @param gpuUtilization share of the time in which some kernel ran, in 0 … 1: mean over devices and moments asked; null if
 *     not known, like the next
 * @param gpuMemoryBytes the most memory in use on any of them seen then
 * @param gpuDetail why they are not known, or how many questions to the devices failed; empty if all were answered
 * @param gpuDevices which GPU each rank computed on, such as {@code rank 0: host-a GPU 0 (NVIDIA H200, GPU-6f3a…)}, several
 *     with a semicolon and a space between; null where they computed on processors
 */
public record GpuMeasures(
        @Nullable Double gpuUtilization,
        @Nullable Long gpuMemoryBytes,
        @Nullable String gpuDetail,
        @Nullable String gpuDevices)
        implements Serializable {
    /** Of workers that compute on the processor, whatever GPUs they were assigned. */
    public GpuMeasures(@Nullable Double gpuUtilization, @Nullable Long gpuMemoryBytes, @Nullable String gpuDetail) {
        this(gpuUtilization, gpuMemoryBytes, gpuDetail, null);
    }

    /** Nothing known, for a reason. */
    public static GpuMeasures unknown(String reason) {
        return new GpuMeasures(null, null, reason);
    }

    /** The same of workers that computed on these GPUs. */
    public GpuMeasures on(@Nullable String devices) {
        return new GpuMeasures(gpuUtilization, gpuMemoryBytes, gpuDetail, devices);
    }
}
