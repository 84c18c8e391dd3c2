package io.batchscope.train;

import io.batchscope.data.Split;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.Outcome;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.train.Checkpoint.Peaks;
import io.batchscope.train.Checkpoint.Reached;
import io.batchscope.train.Checkpoint.Times;
import io.batchscope.train.Replica.Score;
import io.batchscope.units.BatchTrajectory;
import java.util.ArrayList;
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
    private final GradientMeter meter;
    final StepTimes total = new StepTimes();
    final DivergenceWatch divergence;
    final List<StepRecord> stepRows = new ArrayList<>();
    final List<EvalRecord> evalRows = new ArrayList<>();
    final List<ProbeRecord> probeRows = new ArrayList<>();
    final List<PendingRow> pending = new ArrayList<>();
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
     * What is known of an update's row before the ranks agree.
     *
     * @param step the update's number, from 0
     * @param gain of the update, see {@link Pacing#gain}
     * @param noiseScale as the pacing knew it before it
     * @param weightDistance after it; null if not measured
     */
    record PendingRow(
            long step,
            double rate,
            @Nullable Double gain,
            @Nullable Double noiseScale,
            long bytesSent,
            double computeSeconds,
            double syncSeconds,
            double dataSeconds,
            double stepSeconds,
            @Nullable Double weightDistance) {
        static PendingRow of(
                long step,
                double rate,
                Pacing pacing,
                long bytesSent,
                StepTimes times,
                @Nullable Double weightDistance) {
            return new PendingRow(
                    step,
                    rate,
                    pacing.gain(),
                    pacing.noiseScale(),
                    bytesSent,
                    StepTimes.seconds(times.computeNanos),
                    StepTimes.seconds(times.syncNanos),
                    StepTimes.seconds(times.dataNanos),
                    StepTimes.seconds(times.totalNanos),
                    weightDistance);
        }
    }

    /**
     * @param pacing tells how far the run is, and the sizes of its batches
     * @param meter what is measured of gradients
     */
    RunState(RunPlan plan, Pacing pacing, GradientMeter meter) {
        this.plan = plan;
        this.pacing = pacing;
        this.meter = meter;
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
            if (row < pending.size() && pending.get(row).step() == update) {
                listener.onStep(keep(pending.get(row), loss, update == step ? agreement : null));
                row++;
            }
        }
        pending.clear();
        return agreement.stopWanted()
                ? new Outcome.BudgetExhausted(step + 1, StepTimes.seconds(total.totalNanos))
                : null;
    }

    /**
     * Keeps the row of an update.
     *
     * @param agreement the one that the update ended with; null if it ended with none
     */
    StepRecord keep(PendingRow pending, double loss, @Nullable Agreement agreement) {
        long stepsDone = pending.step() + 1;
        BatchTrajectory trajectory = pacing.trajectory();
        NoiseSample squares = agreement == null ? null : agreement.squares();
        boolean paced = plan.pace().measuresNoise();
        StepRecord row = new StepRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                stepsDone,
                trajectory.epochsAfter(stepsDone),
                trajectory.examplesAfter(stepsDone),
                (long) trajectory.sizeOf(pending.step()),
                pending.rate(),
                pending.gain(),
                loss,
                agreement == null ? null : agreement.gradientNorm(),
                squares == null ? null : squares.small(),
                squares == null ? null : squares.big(),
                squares == null ? null : paced ? pending.noiseScale() : meter.noiseScale(),
                pending.bytesSent(),
                agreement == null ? null : agreement.sparsity(),
                agreement == null ? null : agreement.threshold(),
                agreement == null ? null : agreement.replicaDivergence(),
                pending.computeSeconds(),
                pending.syncSeconds(),
                pending.dataSeconds(),
                pending.stepSeconds(),
                meter.row(pending.step(), agreement, pending.weightDistance()));
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
                pacing.trajectory().epochsAfter(stepsDone),
                pacing.trajectory().examplesAfter(stepsDone),
                StepTimes.seconds(total.totalNanos),
                split.label(),
                score.loss(),
                plan.task() == Task.CLASSIFICATION ? score.accuracy() : null);
        evalRows.add(row);
        return row;
    }

    /** Keeps what a probe measured; a number that is not finite says nothing. */
    void keep(ProbeKind probe, List<Probe.Measurement> measured) {
        for (Probe.Measurement one : measured) {
            if (Double.isFinite(one.value())) {
                probeRows.add(new ProbeRecord(
                        plan.study(),
                        plan.runId(),
                        plan.batchSize(),
                        plan.seed(),
                        step,
                        probe.label(),
                        one.metric(),
                        one.value(),
                        one.uncertainty(),
                        one.settings()));
            }
        }
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
                stepRows,
                evalRows,
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
                stepRows,
                evalRows,
                probeRows,
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
        stepRows.addAll(checkpoint.stepRows());
        evalRows.addAll(checkpoint.evalRows());
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
