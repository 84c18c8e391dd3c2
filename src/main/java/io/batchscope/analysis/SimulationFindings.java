package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.math3.stat.StatUtils;
import org.jspecify.annotations.Nullable;

/** What a simulation shows: which number of workers is fastest and which cheapest, how long more pay, how well the model fits. */
public final class SimulationFindings {
    /** More workers pay where their marginal efficiency is above this. */
    private static final double PAYING = 0.5;

    /** Beyond so many times the most workers that a study had, its model is far from what was measured. */
    private static final int FAR = 4;

    /** A model that differs by more from what was measured is not to be relied on. */
    private static final double UNRELIABLE = 0.25;

    private final Simulation simulation;
    private final @Nullable Double pricePerWorkerHour;

    private SimulationFindings(Simulation simulation, @Nullable Double pricePerWorkerHour) {
        this.simulation = simulation;
        this.pricePerWorkerHour = pricePerWorkerHour;
    }

    /**
     * Of workers only where the target's law is known.
     *
     * @param pricePerWorkerHour null if not known
     */
    public static List<FindingRecord> of(Simulation simulation, @Nullable Double pricePerWorkerHour) {
        return new SimulationFindings(simulation, pricePerWorkerHour).findings();
    }

    private List<FindingRecord> findings() {
        List<FindingRecord> findings = new ArrayList<>();
        List<SimulatedWorkers> rows = simulation.rows();
        if (simulation.measured().goal() != null) {
            rows.stream()
                    .min(Comparator.comparingDouble(
                            row -> toTarget(row).seconds().value()))
                    .ifPresent(row -> findings.add(workers("fastest_workers", row, "soonest")));
            rows.stream()
                    .min(Comparator.comparingDouble(
                            row -> Objects.requireNonNull(row.workerHours()).doubleValue()))
                    .ifPresent(row -> findings.add(workers("cheapest_workers", row, "at the least cost")));
            if (rows.size() > 1) {
                findings.add(lastPaying());
            }
        }
        error(simulation).ifPresent(findings::add);
        return findings;
    }

    private static SimulatedWorkers.ToTarget toTarget(SimulatedWorkers row) {
        return Objects.requireNonNull(row.toTarget());
    }

    private FindingRecord workers(String finding, SimulatedWorkers row, String what) {
        SimulatedWorkers.ToTarget target = toTarget(row);
        return record(
                finding,
                row,
                "Of those simulated " + NumberText.counted(row.workers(), "worker") + " at batch "
                        + NumberText.count(row.batchSize()) + between(target.bestBatchSize())
                        + (row.workers() == 1 ? " reaches" : " reach")
                        + " the target "
                        + what + ": in "
                        + NumberText.significant(target.seconds().value()) + " s" + between(target.seconds()) + ", "
                        + beside(row, target) + "for "
                        + NumberText.significant(row.workerHours()) + " worker-hours" + cost(row) + ".");
    }

    private static String between(Predicted number) {
        return " (95 % interval "
                + NumberText.between(number.interval().low(), number.interval().high()) + ")";
    }

    private static String beside(SimulatedWorkers row, SimulatedWorkers.ToTarget target) {
        return row.workers() == 1
                ? ""
                : NumberText.significant(target.speedup().value()) + " times as fast as one worker, ";
    }

    private String cost(SimulatedWorkers row) {
        Double price = pricePerWorkerHour;
        Double hours = row.workerHours();
        return price == null || hours == null ? "" : " that cost " + NumberText.significant(price * hours);
    }

    /** The last number of workers before the first that pay too little. */
    private FindingRecord lastPaying() {
        List<SimulatedWorkers> rows = simulation.rows();
        int last = 0;
        while (last + 1 < rows.size() && marginal(rows.get(last + 1)) > PAYING) {
            last++;
        }
        SimulatedWorkers row = rows.get(last);
        return record(
                "last_paying_workers",
                row,
                "Of the numbers of workers simulated the last that pays is " + NumberText.count((long) row.workers())
                        + ": " + beyond(rows, last + 1) + ".");
    }

    private static String beyond(List<SimulatedWorkers> rows, int next) {
        if (next == rows.size()) {
            return "no more were simulated";
        }
        double marginal = marginal(rows.get(next));
        String number = NumberText.count((long) rows.get(next).workers());
        return marginal < 0
                ? "on " + number + " the target takes longer"
                : "going on to " + number + " has a marginal efficiency of " + NumberText.percent(marginal)
                        + ", where 100 % is time that falls as workers grow, 50 % as their square root";
    }

    private static double marginal(SimulatedWorkers row) {
        Double marginal = toTarget(row).marginalEfficiency();
        return marginal == null ? 1 : marginal;
    }

    private FindingRecord record(String finding, SimulatedWorkers row, String detail) {
        return new FindingRecord(
                simulation.measured().study(),
                finding,
                row.batchSize(),
                (double) row.workers(),
                null,
                null,
                "workers",
                detail);
    }

    /** Over the runs to which the model was not fitted, if there are such. */
    private static Optional<FindingRecord> error(Simulation simulation) {
        List<UpdateCheck> all = simulation.measured().checks();
        List<UpdateCheck> fitted = all.stream().filter(UpdateCheck::fitted).toList();
        List<UpdateCheck> others = all.stream().filter(check -> !check.fitted()).toList();
        List<UpdateCheck> judged = others.isEmpty() ? fitted : others;
        return judged.stream()
                .max(Comparator.comparingDouble(check -> Math.abs(check.error())))
                .map(worst -> new FindingRecord(
                        simulation.measured().study(),
                        "update_model_error",
                        null,
                        median(judged),
                        null,
                        null,
                        "share",
                        "The model's update differs from the measured one by "
                                + NumberText.percent(median(judged)) + " at the median of "
                                + NumberText.counted(judged.size(), "pair") + " of workers and batch size "
                                + (others.isEmpty()
                                        ? "it was fitted to, so that nothing tests it"
                                        : "it was not fitted to (" + NumberText.percent(median(fitted))
                                                + " of those it was)")
                                + ", by most at batch " + NumberText.count(worst.batchSize()) + " on "
                                + NumberText.counted(worst.workers(), "worker") + ": "
                                + NumberText.significant(worst.measuredSeconds() * 1e3) + " ms measured, "
                                + NumberText.significant(worst.predictedSeconds() * 1e3) + " ms by the model"
                                + (worst.isOversubscribed() ? " (oversubscribed)" : "") + "."));
    }

    private static @Nullable Double median(List<UpdateCheck> checks) {
        return checks.isEmpty()
                ? null
                : (Double) StatUtils.percentile(
                        checks.stream()
                                .mapToDouble(check -> Math.abs(check.error()))
                                .toArray(),
                        50);
    }

    /** Where a reader must be careful, one sentence each. */
    public static List<String> notes(Simulation simulation) {
        MeasuredCluster measured = simulation.measured();
        List<String> notes = new ArrayList<>();
        notes.addAll(ofGoal(simulation));
        List<String> far = simulation.rows().stream()
                .filter(row -> row.workers() > (long) FAR * measured.mostWorkers())
                .map(row -> NumberText.count((long) row.workers()))
                .toList();
        if (!far.isEmpty()) {
            notes.add(String.join(", ", far) + " workers are more than " + FAR + " times the " + measured.mostWorkers()
                    + " that the study had: far from what was measured");
        }
        if (!GoalLaw.isKnown(measured.local().fixedSeconds())) {
            notes.add(
                    "the step times show no part of an update that its examples do not take, so that small batches look better"
                            + " than they may be; add smaller batch sizes to the study");
        }
        Double error = error(simulation).map(FindingRecord::value).orElse(null);
        if (error != null && error > UNRELIABLE) {
            notes.add(
                    "the model is " + NumberText.percent(error)
                            + " off at the median, so its times on several workers are no"
                            + " better than that; measure on a machine that does nothing else and has a processor for each worker");
        }
        notes.add(
                "each worker is taken to have a processor of its own and none to be slower than the others, sums to be as long as"
                        + " in a ring and none of them hidden behind the backward pass; intervals are of the fitted laws, with the link"
                        + " taken for known");
        return notes;
    }

    private static List<String> ofGoal(Simulation simulation) {
        MeasuredCluster measured = simulation.measured();
        GoalLaw goal = measured.goal();
        if (goal == null) {
            return List.of(
                    "the time to a target is not known (" + measured.withoutGoal()
                            + "): only updates are simulated, at as many examples a worker on all numbers of workers, and no cost");
        }
        LongSummaryStatistics tried = goal.batchSizes();
        List<String> untried = simulation.rows().stream()
                .map(SimulatedWorkers::batchSize)
                .filter(size -> size < tried.getMin() || size > tried.getMax())
                .distinct()
                .map(NumberText::count)
                .toList();
        return untried.isEmpty()
                ? List.of()
                : List.of("only batches from " + NumberText.count(tried.getMin()) + " to "
                        + NumberText.count(tried.getMax()) + " were tried: what a target takes at "
                        + String.join(", ", untried) + " is by the law alone");
    }
}
