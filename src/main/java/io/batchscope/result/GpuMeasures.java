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
 */
public record GpuMeasures(@Nullable Double gpuUtilization, @Nullable Long gpuMemoryBytes, @Nullable String gpuDetail)
        implements Serializable {
    /** Nothing known, for a reason. */
    public static GpuMeasures unknown(String reason) {
        return new GpuMeasures(null, null, reason);
    }
}
