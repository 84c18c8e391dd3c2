package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The runs of a search with one of its rates.
 *
 * @param factor what the scaled rate was multiplied by, above 0
 * @param runs at least one, over seeds, whatever their outcome
 */
public record RateTrial(double factor, List<RunRecord> runs) {
    public RateTrial {
        runs = List.copyOf(runs);
    }

    /** 1 in tables of versions that had no search. */
    static double factorOf(RunRecord run) {
        Double factor = run.learningRateFactor();
        return factor == null ? 1 : factor;
    }

    /** The peak rate. */
    public double rate() {
        return runs.get(0).peakLearningRate();
    }

    /** {@code 0.4 (× 2)}. */
    public String name() {
        return NumberText.significant(rate()) + " (× " + NumberText.significant(factor) + ")";
    }

    /** All of its runs. */
    public BatchSummary summary() {
        return BatchSummary.of(runs.get(0).batchSize(), runs);
    }

    /** Seeds whose runs say something of the rate: those that failed don't. */
    Set<Long> seeds() {
        return runs.stream()
                .filter(run -> !run.outcome().equals(BatchSummary.FAILED))
                .map(RunRecord::seed)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** With those seeds alone. */
    List<RunRecord> with(Set<Long> seeds) {
        return runs.stream().filter(run -> seeds.contains(run.seed())).toList();
    }

    /** How far the factor is from 1, in octaves. */
    double distance() {
        return Math.abs(Math.log(factor)) / Math.log(2);
    }

    /**
     * How it did with those seeds that rates are compared over.
     *
     * @param settled runs that neither diverged nor failed
     * @param arrived those of them that reached the target
     * @param stepsToTarget mean over these; null without one
     * @param quality mean over those that settled; null where not measured
     */
    record Score(RateTrial trial, int settled, int arrived, @Nullable Double stepsToTarget, @Nullable Double quality) {}

    Score score(Set<Long> seeds, @Nullable RateMeasure measure) {
        List<RunRecord> settled =
                with(seeds).stream().filter(BatchSummary::isSettled).toList();
        List<RunRecord> arrived =
                settled.stream().filter(run -> run.stepsToTarget() != null).toList();
        Estimate steps = Estimate.over(arrived, RateTrial::stepsToTarget);
        Estimate quality = measure == null ? null : Estimate.over(settled, measure::column);
        return new Score(
                this,
                settled.size(),
                arrived.size(),
                steps == null ? null : (Double) steps.mean(),
                quality == null ? null : (Double) quality.mean());
    }

    private static @Nullable Double stepsToTarget(RunRecord run) {
        Long steps = run.stepsToTarget();
        return steps == null ? null : (Double) steps.doubleValue();
    }
}
