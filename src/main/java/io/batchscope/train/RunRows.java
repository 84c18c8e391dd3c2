package io.batchscope.train;

import io.batchscope.data.Split;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.train.Replica.Score;
import io.batchscope.units.BatchTrajectory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of a run so far, and what waits to become one. */
final class RunRows {
    private final RunPlan plan;
    private final Pacing pacing;
    private final GradientMeter meter;
    final List<StepRecord> steps = new ArrayList<>();
    final List<EvalRecord> evaluations = new ArrayList<>();
    final List<ProbeRecord> probes = new ArrayList<>();

    /** Of updates since the ranks agreed last, ascending. */
    final List<PendingRow> pending = new ArrayList<>();

    /**
     * None yet.
     *
     * @param pacing tells the sizes of the run's batches
     * @param meter what is measured of gradients
     */
    RunRows(RunPlan plan, Pacing pacing, GradientMeter meter) {
        this.plan = plan;
        this.pacing = pacing;
        this.meter = meter;
    }

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
        steps.add(row);
        return row;
    }

    /** Keeps the row of an evaluation after so many seconds of training. */
    EvalRecord keep(long stepsDone, double seconds, Split split, Score score) {
        EvalRecord row = new EvalRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                stepsDone,
                pacing.trajectory().epochsAfter(stepsDone),
                pacing.trajectory().examplesAfter(stepsDone),
                seconds,
                split.label(),
                score.loss(),
                plan.task() == Task.CLASSIFICATION ? score.accuracy() : null);
        evaluations.add(row);
        return row;
    }

    /** Keeps what a probe measured after the run's last update; a number that is not finite says nothing. */
    void keep(long stepsDone, ProbeKind probe, List<Probe.Measurement> measured) {
        for (Probe.Measurement one : measured) {
            if (Double.isFinite(one.value())) {
                probes.add(new ProbeRecord(
                        plan.study(),
                        plan.runId(),
                        plan.batchSize(),
                        plan.seed(),
                        stepsDone,
                        probe.label(),
                        one.metric(),
                        one.value(),
                        one.uncertainty(),
                        one.settings()));
            }
        }
    }
}
