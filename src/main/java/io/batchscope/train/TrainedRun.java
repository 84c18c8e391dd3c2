package io.batchscope.train;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.Outcome;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.units.BatchTrajectory;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What training one run gave, as its first rank saw it.
 *
 * @param steps updates done
 * @param trajectory the batch sizes that they had; null if the run failed
 * @param stepsToTarget updates after which the target was first seen passed; null if it was not
 * @param secondsToTarget training seconds until then, evaluations excluded
 * @param trainSeconds training time, evaluations excluded; its parts are compute, sync and data; not a number where a
 *     run went on with another spread of its batches (workers, micro-batch), as is secondsToTarget null then
 * @param peakMemoryBytes the most resident memory of any worker's process seen at a kept step or evaluation; other
 *     runs that shared the process are in it
 * @param peakHeapBytes the most heap in use of any worker's process seen then, garbage and other runs included
 * @param peakOffHeapBytes the most native memory that any worker's replica held
 * @param bytesSent bytes that the first worker sent in updates for the workers to agree; null if not measured
 * @param probeRows what was measured about the trained network
 * @param gemmFlopsPerSecond what a large matrix product gets on these workers together, in operations per second; null if
 *     not measured
 * @param gpu what its workers' GPUs did
 * @param hosts where the ranks ran, in rank order
 * @param parameters the last parameters; null when the run failed
 */
public record TrainedRun(
        Outcome outcome,
        long steps,
        @Nullable BatchTrajectory trajectory,
        @Nullable Long stepsToTarget,
        @Nullable Double secondsToTarget,
        double trainSeconds,
        double computeSeconds,
        double syncSeconds,
        double dataSeconds,
        @Nullable Long peakMemoryBytes,
        @Nullable Long peakHeapBytes,
        @Nullable Long peakOffHeapBytes,
        @Nullable Long bytesSent,
        List<String> hosts,
        List<StepRecord> stepRows,
        List<EvalRecord> evalRows,
        List<ProbeRecord> probeRows,
        @Nullable Double gemmFlopsPerSecond,
        GpuMeasures gpu,
        @Nullable Parameters parameters)
        implements Serializable {
    public TrainedRun {
        hosts = List.copyOf(hosts);
        stepRows = List.copyOf(stepRows);
        evalRows = List.copyOf(evalRows);
        probeRows = List.copyOf(probeRows);
    }

    /**
     * The same with what its workers' machines do.
     *
     * @param gemm what a large matrix product gets on them together; null if not measured
     */
    public TrainedRun withMachines(@Nullable Double gemm, GpuMeasures gpus) {
        return new TrainedRun(
                outcome,
                steps,
                trajectory,
                stepsToTarget,
                secondsToTarget,
                trainSeconds,
                computeSeconds,
                syncSeconds,
                dataSeconds,
                peakMemoryBytes,
                peakHeapBytes,
                peakOffHeapBytes,
                bytesSent,
                hosts,
                stepRows,
                evalRows,
                probeRows,
                gemm,
                gpus,
                parameters);
    }

    /** The same with more rows of {@code probes} before its own. */
    public TrainedRun withProbeRows(List<ProbeRecord> measured) {
        return new TrainedRun(
                outcome,
                steps,
                trajectory,
                stepsToTarget,
                secondsToTarget,
                trainSeconds,
                computeSeconds,
                syncSeconds,
                dataSeconds,
                peakMemoryBytes,
                peakHeapBytes,
                peakOffHeapBytes,
                bytesSent,
                hosts,
                stepRows,
                evalRows,
                Stream.concat(measured.stream(), probeRows.stream()).toList(),
                gemmFlopsPerSecond,
                gpu,
                parameters);
    }

    /** A run that could not be carried out. */
    public static TrainedRun failed(String cause) {
        return new TrainedRun(
                new Outcome.Failed(cause),
                0,
                null,
                null,
                null,
                0,
                0,
                0,
                0,
                null,
                null,
                null,
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                GpuMeasures.unknown("the run failed"),
                null);
    }
}
