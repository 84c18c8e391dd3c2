package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.Outcome;
import io.batchscope.train.Checkpoint.Peaks;
import io.batchscope.train.Checkpoint.Reached;
import io.batchscope.train.Checkpoint.Times;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is, apart from its parameters and what the update rule keeps. Rows and times are whole on the first rank
 * only; the others, when they go on from a checkpoint, take over what decisions depend on.
 */
final class RunState {
    private static final int NUMBERS = 9;

    private final RunPlan plan;
    private final Pacing pacing;
    final RunRows rows;
    final StepTimes total = new StepTimes();
    final DivergenceWatch divergence;
    long bytesSent;

    /** Updates done by this rank. */
    long step;

    /** Of these, at the last agreement. */
    long agreed;

    /** The run's progress then, see {@link Pacing#progress}. */
    private double agreedProgress;

    /** Whether its time was taken with several spreads of the batch, so that it belongs to none. */
    private boolean spreadChanged;

    @Nullable
    Reached reached;

    /**
     * @param pacing tells how far the run is, and the sizes of its batches
     * @param meter what is measured of gradients
     */
    RunState(RunPlan plan, Pacing pacing, GradientMeter meter) {
        this.plan = plan;
        this.pacing = pacing;
        this.rows = new RunRows(plan, pacing, meter);
        this.divergence = new DivergenceWatch(plan.divergenceFactor());
    }

    /** Whether, every so much progress, something falls due between the last agreement and this one. */
    boolean isDue(long every) {
        return Math.floor(pacing.progress() / every) > Math.floor(agreedProgress / every);
    }

    /** Ranks agree now. */
    void agree() {
        agreed = step;
        agreedProgress = pacing.progress();
    }

    /** Whether the row of an update is kept: now and then, of agreements that are apart as well, and the last one's. */
    boolean keepsRow(long update) {
        return crosses(plan.stepRowEvery()) || pacing.isLast(update) || agreesLate(update, plan.stepRowEvery());
    }

    private boolean crosses(long every) {
        return Math.ceil(pacing.progress() / every) * every < pacing.progressAfterUpdate();
    }

    private boolean agreesLate(long update, long every) {
        return update > agreed
                && (update + 1) / every > agreed / every
                && plan.synchronization().agreesAfter(update, plan.plannedSteps());
    }

    /**
     * Whether what is measured every so many updates, a multiple of the distance between rows, is measured in this one: an
     * update whose row is kept, and after which the ranks agree.
     */
    boolean isDue(long update, long every) {
        return (update == agreed && crosses(every) && plan.synchronization().agreesAfter(update, plan.plannedSteps()))
                || agreesLate(update, every);
    }

    /**
     * Takes in what an agreement says of the updates since the last one, the last of which is {@code step}.
     *
     * @return the outcome if one of them was the run's last; the run has then done {@code step} updates before it diverged
     */
    @Nullable
    Outcome end(Agreement agreement, TrainingListener listener) {
        int row = 0;
        for (int i = 0; i < agreement.losses().size(); i++) {
            long update = agreed + i;
            double loss = agreement.losses().get(i);
            if (divergence.hasDiverged(loss, pacing.trajectory().sizeOf(update))) {
                step = update;
                return new Outcome.Diverged(update + 1, loss);
            }
            if (row < rows.pending.size() && rows.pending.get(row).step() == update) {
                listener.onStep(rows.keep(rows.pending.get(row), loss, update == step ? agreement : null));
                row++;
            }
        }
        rows.pending.clear();
        return agreement.stopWanted()
                ? new Outcome.BudgetExhausted(step + 1, StepTimes.seconds(total.totalNanos))
                : null;
    }

    /** With vectors and the synchronizer's numbers a checkpoint; their content is the caller's matter. */
    Checkpoint checkpoint(Peaks peaks, double[] numbers, List<float[]> vectors) {
        Times times = new Times(
                total.computeNanos,
                total.syncNanos,
                total.dataNanos,
                total.totalNanos,
                spreadChanged ? 0 : plan.workers(),
                spreadChanged ? 0 : plan.microBatch());
        return new Checkpoint(
                plan.trainingId(),
                plan.batchSize(),
                plan.plannedSteps(),
                step,
                times,
                divergence.state(),
                reached,
                peaks,
                bytesSent,
                Arrays.stream(numbers).boxed().toList(),
                rows.steps,
                rows.evaluations,
                vectors);
    }

    /** What the run gave. */
    TrainedRun result(Outcome outcome, Peaks peaks, List<String> hosts, Parameters parameters) {
        return new TrainedRun(
                outcome,
                step,
                pacing.trajectory(),
                reached == null ? null : reached.step(),
                secondsToTarget(),
                seconds(total.totalNanos),
                seconds(total.computeNanos),
                seconds(total.syncNanos),
                seconds(total.dataNanos),
                peaks.memoryBytes(),
                peaks.heapBytes(),
                peaks.offHeapBytes(),
                bytesSent,
                hosts,
                rows.steps,
                rows.evaluations,
                rows.probes,
                null,
                GpuMeasures.unknown("its engine asks no GPU"),
                parameters);
    }

    /** Seconds of a run on one spread of its batches; not a number if it had several. */
    private double seconds(long nanos) {
        return spreadChanged ? Double.NaN : StepTimes.seconds(nanos);
    }

    /** When the target was reached; null if it was not, or if the run had several spreads. */
    private @Nullable Double secondsToTarget() {
        return reached == null || spreadChanged ? null : Double.valueOf(reached.seconds());
    }

    /** Takes over where a run was. */
    void restore(Checkpoint checkpoint) {
        step = checkpoint.step();
        total.computeNanos = checkpoint.times().computeNanos();
        total.syncNanos = checkpoint.times().syncNanos();
        total.dataNanos = checkpoint.times().dataNanos();
        total.totalNanos = checkpoint.times().totalNanos();
        spreadChanged = checkpoint.times().workers() != plan.workers()
                || checkpoint.times().microBatch() != plan.microBatch();
        divergence.restore(checkpoint.watch());
        reached = checkpoint.reached();
        bytesSent = checkpoint.bytesSent();
        rows.steps.addAll(checkpoint.stepRows());
        rows.evaluations.addAll(checkpoint.evalRows());
    }

    /** Gives the first rank's step, divergence watch and target to the others, to the bit. */
    void share(Collective collective) {
        double[] numbers = new double[NUMBERS];
        if (collective.rank() == 0) {
            Checkpoint.Watch watch = divergence.state();
            Reached seen = reached;
            FirstRank.putLong(step, numbers, 0);
            numbers[2] = watch.limit();
            numbers[3] = watch.smoothed();
            FirstRank.putLong(watch.examplesBefore(), numbers, 4);
            numbers[6] = watch.lossSumBefore();
            numbers[7] = seen == null ? -1 : seen.step();
            numbers[8] = seen == null ? 0 : seen.seconds();
        }
        FirstRank.share(numbers, collective);
        if (collective.rank() > 0) {
            step = FirstRank.getLong(numbers, 0);
            divergence.restore(new Checkpoint.Watch(numbers[2], numbers[3], FirstRank.getLong(numbers, 4), numbers[6]));
            reached = numbers[7] < 0 ? null : new Reached((long) numbers[7], numbers[8]);
        }
    }
}
