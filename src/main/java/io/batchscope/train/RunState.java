package io.batchscope.train;

import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.train.Checkpoint.Peaks;
import io.batchscope.train.Checkpoint.Reached;
import io.batchscope.train.Checkpoint.Times;
import io.batchscope.train.Replica.Score;
import io.batchscope.units.EpochGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is, apart from its parameters and what the update rule keeps. Rows and times are whole on the first rank
 * only; the others, when they go on from a checkpoint, take over what decisions depend on.
 */
final class RunState {
    /** Puts nothing into a sum: x + −0 is x for every x, −0 included. */
    private static final double NOTHING = -0.0;

    private static final int NUMBERS = 9;

    private final RunPlan plan;
    private final EpochGeometry geometry;
    final StepTimes total = new StepTimes();
    final DivergenceWatch divergence;
    final List<StepRecord> stepRows = new ArrayList<>();
    final List<EvalRecord> evalRows = new ArrayList<>();
    long step;

    /** Whether its time was taken with several spreads of the batch, so that it belongs to none. */
    private boolean spreadChanged;

    @Nullable
    Reached reached;

    RunState(RunPlan plan) {
        this.plan = plan;
        this.geometry = plan.geometry();
        this.divergence = new DivergenceWatch(plan.divergenceFactor());
    }

    /** Keeps the row of an update. */
    StepRecord keep(long stepsDone, double rate, double loss, double norm, StepTimes times) {
        StepRecord row = new StepRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                stepsDone,
                geometry.epochsAfter(stepsDone),
                geometry.examplesAfter(stepsDone),
                rate,
                loss,
                norm,
                null,
                null,
                null,
                StepTimes.seconds(times.computeNanos),
                StepTimes.seconds(times.syncNanos),
                StepTimes.seconds(times.dataNanos));
        stepRows.add(row);
        return row;
    }

    /** Keeps the row of an evaluation. */
    EvalRecord keep(long stepsDone, Split split, Score score) {
        EvalRecord row = new EvalRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                stepsDone,
                geometry.epochsAfter(stepsDone),
                geometry.examplesAfter(stepsDone),
                StepTimes.seconds(total.totalNanos),
                split.label(),
                score.loss(),
                plan.task() == Task.CLASSIFICATION ? score.accuracy() : null);
        evalRows.add(row);
        return row;
    }

    /** With vectors a checkpoint; their content is the caller's matter. */
    Checkpoint checkpoint(Peaks peaks, List<float[]> vectors) {
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
                stepRows,
                evalRows,
                vectors);
    }

    /** Seconds of a run on one spread of its batches; not a number if it had several. */
    double seconds(long nanos) {
        return spreadChanged ? Double.NaN : StepTimes.seconds(nanos);
    }

    /** When the target was reached; null if it was not, or if the run had several spreads. */
    @Nullable
    Double secondsToTarget() {
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
        stepRows.addAll(checkpoint.stepRows());
        evalRows.addAll(checkpoint.evalRows());
    }

    /** Gives the first rank's step, divergence watch and target to the others, to the bit. */
    void share(Collective collective) {
        double[] numbers = new double[NUMBERS];
        if (collective.rank() == 0) {
            Checkpoint.Watch watch = divergence.state();
            Reached seen = reached;
            putLong(step, numbers, 0);
            numbers[2] = watch.limit();
            numbers[3] = watch.smoothed();
            putLong(watch.examplesBefore(), numbers, 4);
            numbers[6] = watch.lossSumBefore();
            numbers[7] = seen == null ? -1 : seen.step();
            numbers[8] = seen == null ? 0 : seen.seconds();
        } else {
            Arrays.fill(numbers, NOTHING);
        }
        collective.allReduceSum(numbers, 0, NUMBERS);
        if (collective.rank() > 0) {
            step = getLong(numbers, 0);
            divergence.restore(new Checkpoint.Watch(numbers[2], numbers[3], getLong(numbers, 4), numbers[6]));
            reached = numbers[7] < 0 ? null : new Reached((long) numbers[7], numbers[8]);
        }
    }

    /** A double holds 53 bits exactly, so a long takes two. */
    private static void putLong(long value, double[] into, int at) {
        into[at] = value >> 32;
        into[at + 1] = value & 0xffffffffL;
    }

    private static long getLong(double[] from, int at) {
        return ((long) from[at] << 32) | (long) from[at + 1];
    }

    /** Gives the first rank's vectors to the others, to the bit. */
    static void share(List<float[]> vectors, Collective collective) {
        for (float[] vector : vectors) {
            if (collective.rank() > 0) {
                Arrays.fill(vector, (float) NOTHING);
            }
            collective.allReduceSum(vector, 0, vector.length);
        }
    }
}
