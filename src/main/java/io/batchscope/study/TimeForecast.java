package io.batchscope.study;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.result.ProbeRecord;
import io.batchscope.train.LinkMeasurement;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * How long the runs of a study are expected to take. What sums over workers take only a run's own workers can tell, before
 * they train: it is not in what is expected before the study.
 *
 * @param times by work, as measured before the study
 * @param runsAtOnce one-worker runs that are trained at the same time
 * @param validationExamples of the split
 * @param testExamples of the split
 * @param parameterCount of the model
 */
public record TimeForecast(
        Map<Work, StepTime> times, int runsAtOnce, long validationExamples, long testExamples, long parameterCount) {
    /** Name of these measurements in the table {@code probes}. */
    public static final String PROBE = "time";

    /** Knows nothing. */
    public static final TimeForecast NONE = new TimeForecast(Map.of(), 1, 0, 0, 0);

    /** The most sizes that are measured. */
    private static final int MOST_SIZES = 7;

    /** Sizes further apart than this get another one in between. */
    private static final int WIDEST = 16;

    /** The most examples at once where Deeplearning4j trains, whose micro-batch is the whole share. */
    private static final int USUAL_AT_ONCE = 1024;

    /**
     * What runs have in common whose updates of a size take the same time.
     *
     * @param optimizer its rule; the numbers in it, which take no time, are the usual ones
     * @param atOnce workers that compute at the same time
     */
    public record Work(ReplicaKind replica, OptimizerConfig optimizer, int atOnce) {
        /**
         * That of a run.
         *
         * @param runsAtOnce one-worker runs that are trained at the same time
         */
        public static Work of(RunPlan plan, int runsAtOnce) {
            return new Work(
                    plan.replica(), usual(plan.optimizer()), RunQueue.runsAlone(plan) ? plan.workers() : runsAtOnce);
        }

        private static OptimizerConfig usual(OptimizerConfig own) {
            return new OptimizerConfig(
                    own.name(),
                    own.momentum() > 0 ? 0.9 : 0,
                    own.weightDecay() > 0 ? 1e-4 : 0,
                    0.9,
                    0.999,
                    1e-8,
                    0.001,
                    own.decaysAll(),
                    Double.isInfinite(own.clipNorm()) ? own.clipNorm() : 1);
        }
    }

    public TimeForecast {
        times = Map.copyOf(times);
    }

    /** Micro-batches to measure for these runs, ascending from 1: those that they have, a few of them if they have many. */
    public static List<Integer> sizes(List<RunPlan> runs) {
        TreeSet<Integer> sizes = new TreeSet<>(List.of(1));
        for (RunPlan run : runs) {
            run.geometry().phases().forEach(phase -> sizes.add(microBatch(run, phase.batchSize())));
            sizes.add(microBatch(run, run.largestBatch()));
        }
        while (sizes.size() > MOST_SIZES) {
            sizes.remove(closest(List.copyOf(sizes)));
        }
        for (int size : List.copyOf(sizes)) {
            Integer below = sizes.lower(size);
            if (below != null && (double) size / below > WIDEST) {
                sizes.add((int) Math.round(Math.sqrt((double) size * below)));
            }
        }
        return List.copyOf(sizes);
    }

    private static int microBatch(RunPlan run, long batchSize) {
        long share = Math.max(1, batchSize / run.workers());
        long most = run.usesStepLoop() ? run.microBatch() : Math.min(USUAL_AT_ONCE, run.microBatch());
        return (int) (share / ((share + most - 1) / most));
    }

    /** Of those between the first and the last the one without which its neighbours are least apart. */
    private static int closest(List<Integer> sizes) {
        int found = 1;
        for (int i = 2; i < sizes.size() - 1; i++) {
            if ((double) sizes.get(i + 1) / sizes.get(i - 1) < (double) sizes.get(found + 1) / sizes.get(found - 1)) {
                found = i;
            }
        }
        return sizes.get(found);
    }

    /** Expected training time of a run, evaluations apart; where the pace measures, the most that it may take. */
    public double trainSeconds(RunPlan plan) {
        return time(plan).seconds(plan);
    }

    /** Expected time of a run, evaluations included. */
    public double seconds(RunPlan plan) {
        return trainSeconds(plan) + time(plan).evaluationSeconds(plan, validationExamples, testExamples);
    }

    /** Expected time of all of them together. */
    public double makespan(List<RunPlan> runs) {
        return Makespan.seconds(runs, runsAtOnce, this::seconds);
    }

    private StepTime time(RunPlan plan) {
        return Objects.requireNonNull(times.get(Work.of(plan, runsAtOnce)), "a run whose work was not measured");
    }

    /**
     * What was expected of the run, and of the updates that it did, as rows of {@code probes}; none where its work was not
     * measured, or Deeplearning4j trains it. Where workers sum gradients in every update, with what that takes by the link
     * that they measured before their first one.
     */
    public List<ProbeRecord> rows(RunPlan plan, TrainedRun run) {
        StepTime time = times.get(Work.of(plan, runsAtOnce));
        if (time == null || !plan.usesStepLoop()) {
            return List.of();
        }
        double sum = plan.synchronization().exact() && plan.workers() > 1
                ? LinkMeasurement.link(run.probeRows())
                        .map(link -> link.seconds(plan.workers(), parameterCount * Float.BYTES))
                        .orElse(0.0)
                : 0;
        String settings = settings(plan, time, sum);
        double planned = time.seconds(plan) + sum * plan.plannedSteps();
        List<ProbeRecord> rows = new ArrayList<>(List.of(row(plan, "predicted_train_seconds", planned, settings)));
        if (run.trajectory() != null) {
            double done = time.seconds(plan, run.trajectory(), run.steps()) + sum * run.steps();
            rows.add(row(plan, "predicted_done_seconds", done, settings));
        }
        return rows;
    }

    private String settings(RunPlan plan, StepTime time, double sum) {
        return "{\"workers\":" + plan.workers() + ",\"at_once\":"
                + Work.of(plan, runsAtOnce).atOnce()
                + ",\"measured_at\":[" + list(time, point -> (double) point.examples())
                + "],\"gradient_seconds\":[" + list(time, StepTime.Point::gradientSeconds)
                + "],\"update_seconds\":[" + list(time, StepTime.Point::updateSeconds)
                + String.format(Locale.ROOT, "],\"sum_seconds\":%.4g}", sum);
    }

    private static ProbeRecord row(RunPlan plan, String metric, double value, String settings) {
        return new ProbeRecord(
                plan.study(), plan.runId(), plan.batchSize(), plan.seed(), 0, PROBE, metric, value, null, settings);
    }

    private static String list(StepTime time, ToDoubleFunction<StepTime.Point> number) {
        return time.points().stream()
                .map(point -> String.format(Locale.ROOT, "%.4g", number.applyAsDouble(point)))
                .collect(Collectors.joining(","));
    }
}
