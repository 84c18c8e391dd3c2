package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The runs of one batch size, over seeds. Measurements are those of the runs that neither diverged nor failed; null
 * where no such run has one. Losses are means per example, accuracies and shares in 0 … 1, positive gaps mean worse on the
 * test split than on the training split.
 *
 * @param runs all runs, whatever their outcome
 * @param settled runs that neither diverged nor failed
 * @param outcomes runs by word of the {@code outcome} column
 * @param arrived runs that reached the target
 * @param stepsToTarget over the runs that arrived, as the next two
 * @param bytesSent by the first worker, for the workers to agree
 * @param replicaDivergence the last one of a run
 * @param computeShare of the training time, as the next two; what they leave is {@code otherShare}
 */
public record BatchSummary(
        long batchSize,
        int runs,
        int seeds,
        int settled,
        SortedMap<String, Integer> outcomes,
        List<Double> peakLearningRates,
        List<Integer> workers,
        @Nullable Estimate steps,
        @Nullable Estimate epochs,
        @Nullable Estimate examples,
        @Nullable Estimate trainLoss,
        @Nullable Estimate trainAccuracy,
        @Nullable Estimate validationLoss,
        @Nullable Estimate validationAccuracy,
        @Nullable Estimate testLoss,
        @Nullable Estimate testAccuracy,
        @Nullable Estimate gapLoss,
        @Nullable Estimate gapAccuracy,
        int arrived,
        @Nullable Estimate stepsToTarget,
        @Nullable Estimate examplesToTarget,
        @Nullable Estimate secondsToTarget,
        @Nullable Estimate examplesPerSecond,
        @Nullable Estimate trainSeconds,
        @Nullable Estimate secondsPerEpoch,
        @Nullable Estimate computeShare,
        @Nullable Estimate syncShare,
        @Nullable Estimate dataShare,
        @Nullable Estimate otherShare,
        @Nullable Estimate peakMemoryBytes,
        @Nullable Estimate peakHeapBytes,
        @Nullable Estimate peakOffHeapBytes,
        @Nullable Estimate lossOscillation,
        @Nullable Estimate bytesSent,
        @Nullable Estimate replicaDivergence,
        ArithmeticSummary arithmetic,
        GradientSummary gradients) {
    static final String DIVERGED = "Diverged";
    static final String FAILED = "Failed";

    static BatchSummary of(long batchSize, List<RunRecord> runs) {
        List<RunRecord> settled = runs.stream().filter(BatchSummary::isSettled).toList();
        List<RunRecord> arrived =
                runs.stream().filter(run -> run.stepsToTarget() != null).toList();
        SortedMap<String, Integer> outcomes = new TreeMap<>();
        runs.forEach(run -> outcomes.merge(run.outcome(), 1, Integer::sum));
        return new BatchSummary(
                batchSize,
                runs.size(),
                Math.toIntExact(runs.stream().map(RunRecord::seed).distinct().count()),
                settled.size(),
                outcomes,
                distinct(runs, RunRecord::peakLearningRate),
                distinct(runs, RunRecord::workers),
                Estimate.over(settled, run -> (double) run.steps()),
                Estimate.over(settled, RunRecord::epochs),
                Estimate.over(settled, run -> (double) run.examples()),
                Estimate.over(settled, RunRecord::trainLoss),
                Estimate.over(settled, RunRecord::trainAccuracy),
                Estimate.over(settled, RunRecord::validationLoss),
                Estimate.over(settled, RunRecord::validationAccuracy),
                Estimate.over(settled, RunRecord::testLoss),
                Estimate.over(settled, RunRecord::testAccuracy),
                Estimate.over(settled, RunRecord::gapLoss),
                Estimate.over(settled, RunRecord::gapAccuracy),
                arrived.size(),
                Estimate.over(arrived, run -> real(run.stepsToTarget())),
                Estimate.over(arrived, run -> real(run.examplesToTarget())),
                Estimate.over(arrived, RunRecord::secondsToTarget),
                Estimate.over(settled, RunRecord::examplesPerSecond),
                Estimate.over(settled, RunRecord::trainSeconds),
                Estimate.over(settled, run -> run.epochs() > 0 ? quotient(run.trainSeconds(), run.epochs()) : null),
                Estimate.over(settled, run -> quotient(run.computeSeconds(), run.trainSeconds())),
                Estimate.over(settled, run -> quotient(run.syncSeconds(), run.trainSeconds())),
                Estimate.over(settled, run -> quotient(run.dataSeconds(), run.trainSeconds())),
                Estimate.over(settled, BatchSummary::otherShare),
                Estimate.over(settled, run -> real(run.peakMemoryBytes())),
                Estimate.over(settled, run -> real(run.peakHeapBytes())),
                Estimate.over(settled, run -> real(run.peakOffHeapBytes())),
                Estimate.over(settled, RunRecord::lossOscillation),
                Estimate.over(settled, run -> real(run.bytesSent())),
                Estimate.over(settled, RunRecord::replicaDivergence),
                ArithmeticSummary.of(settled, arrived),
                GradientSummary.of(settled));
    }

    static boolean isSettled(RunRecord run) {
        return !run.outcome().equals(DIVERGED) && !run.outcome().equals(FAILED);
    }

    /** Whether there are runs and every one of them diverged. */
    public boolean allDiverged() {
        return runs > 0 && diverged() == runs;
    }

    /** Runs that diverged. */
    public int diverged() {
        return outcomes.getOrDefault(DIVERGED, 0);
    }

    /** The outcomes in words: {@code Completed}, {@code all 3 diverged}, {@code 2 Completed, 1 Diverged}. */
    public String outcomeText() {
        if (allDiverged() && runs > 1) {
            return "all " + runs + " diverged";
        }
        if (outcomes.size() == 1) {
            return outcomes.firstKey();
        }
        return outcomes.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
    }

    private static <T extends Comparable<T>> List<T> distinct(List<RunRecord> runs, Function<RunRecord, T> column) {
        return runs.stream().map(column).distinct().sorted().toList();
    }

    private static @Nullable Double real(@Nullable Long value) {
        return value == null ? null : (Double) value.doubleValue();
    }

    private static @Nullable Double quotient(@Nullable Double part, @Nullable Double whole) {
        return part == null || whole == null || whole <= 0 ? null : (Double) (part / whole);
    }

    private static @Nullable Double otherShare(RunRecord run) {
        Double compute = quotient(run.computeSeconds(), run.trainSeconds());
        Double sync = quotient(run.syncSeconds(), run.trainSeconds());
        Double data = quotient(run.dataSeconds(), run.trainSeconds());
        // Timers of parts overlap the whole's by their own cost, so the rest can come out just below zero.
        return compute == null || sync == null || data == null ? null : (Double) Math.max(0, 1 - compute - sync - data);
    }
}
