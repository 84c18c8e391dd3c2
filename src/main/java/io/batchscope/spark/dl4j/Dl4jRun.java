package io.batchscope.spark.dl4j;

import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.spark.dl4j.Rounds.Round;
import io.batchscope.train.DivergenceWatch;
import io.batchscope.train.Parameters;
import io.batchscope.train.Replica.Score;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import io.batchscope.units.BatchTrajectory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The course of a run in Deeplearning4j's hands, on the driver: as {@link io.batchscope.train.TrainingEngine} shows it, but
 * decisions fall only between rounds. What falls due within a round is done at its end. A round has one row.
 */
final class Dl4jRun {
    private final RunPlan plan;
    private final BatchTrajectory geometry;
    private final Rounds rounds;
    private final BiFunction<Split, float[], Score> scoring;
    private final TrainingListener listener;
    private final ProgressGuard guard;
    private final DivergenceWatch divergence;
    private final List<StepRecord> stepRows = new ArrayList<>();
    private final List<EvalRecord> evalRows = new ArrayList<>();
    private long step;
    private long totalNanos;
    private long computeNanos;
    private long dataNanos;
    private @Nullable Long bytesSent = 0L;
    private @Nullable Long stepsToTarget;
    private @Nullable Double secondsToTarget;

    /** @param scoring measures parameters on a split */
    Dl4jRun(
            RunPlan plan,
            Rounds rounds,
            BiFunction<Split, float[], Score> scoring,
            TrainingListener listener,
            ProgressGuard guard) {
        this.plan = plan;
        this.geometry = plan.geometry();
        this.rounds = rounds;
        this.scoring = scoring;
        this.listener = listener;
        this.guard = guard;
        this.divergence = new DivergenceWatch(plan.divergenceFactor());
    }

    TrainedRun train() throws InterruptedException {
        Score start = evaluate(Split.VALIDATION);
        if (start.examples() > 0) {
            divergence.initial(start.loss());
        }
        @Nullable Outcome outcome = null;
        while (outcome == null && step < plan.plannedSteps()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("run " + plan.runId() + " was stopped at step " + step);
            }
            outcome = round();
        }
        Outcome end = finish(outcome == null ? new Outcome.Completed() : outcome);
        return new TrainedRun(
                end,
                step,
                geometry,
                stepsToTarget,
                secondsToTarget,
                seconds(totalNanos),
                seconds(computeNanos),
                seconds(totalNanos - computeNanos - dataNanos),
                seconds(dataNanos),
                null,
                null,
                null,
                bytesSent,
                rounds.hosts(),
                stepRows,
                evalRows,
                List.of(),
                null,
                GpuMeasures.unknown("Deeplearning4j's own modes ask no GPU"),
                new Parameters(rounds.parameters()));
    }

    /** One round; an outcome if it was the last. */
    private @Nullable Outcome round() {
        long from = step;
        long to = rounds.end(from);
        guard.await("updates " + (from + 1) + " to " + to + " of the " + plan.workers() + " workers");
        long start = System.nanoTime();
        Round round = rounds.train(from, to);
        long nanos = System.nanoTime() - start;
        totalNanos += nanos;
        computeNanos += round.computeNanos();
        dataNanos += round.dataNanos();
        bytesSent = bytesSent == null || round.bytesSent() == null ? null : Long.valueOf(bytesSent + round.bytesSent());
        // It has penalties in it, so it cannot be compared with the loss at the start; evaluations can.
        if (!Double.isFinite(round.loss())) {
            return new Outcome.Diverged(to, round.loss());
        }
        step = to;
        listener.onProgress(step);
        boolean last = step == plan.plannedSteps();
        if (last || from == 0 || isDue(from, plan.stepRowEvery())) {
            keep(round, nanos);
        }
        @Nullable
        Outcome outcome = seconds(totalNanos) > plan.secondsLimit()
                ? new Outcome.BudgetExhausted(step, seconds(totalNanos))
                : null;
        return last || outcome != null || isDue(from, plan.evaluateEvery())
                ? afterEvaluation(evaluate(Split.VALIDATION), outcome)
                : outcome;
    }

    private boolean isDue(long from, long every) {
        return step / every > from / every;
    }

    private void keep(Round round, long nanos) {
        StepRecord row = new StepRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                step,
                geometry.epochsAfter(step),
                geometry.examplesAfter(step),
                (long) geometry.sizeOf(step - 1),
                plan.schedule().rateAt(step - 1),
                null,
                round.loss(),
                null,
                null,
                null,
                null,
                round.bytesSent(),
                null,
                null,
                null,
                seconds(round.computeNanos()),
                seconds(nanos - round.computeNanos() - round.dataNanos()),
                seconds(round.dataNanos()),
                seconds(nanos),
                StepMeasures.NONE);
        stepRows.add(row);
        listener.onStep(row);
    }

    private Score evaluate(Split split) {
        guard.await("the evaluation of the " + split.label() + " split after step " + step);
        Score score = scoring.apply(split, rounds.parameters());
        if (score.examples() > 0 && Double.isFinite(score.loss())) {
            EvalRecord row = new EvalRecord(
                    plan.study(),
                    plan.runId(),
                    plan.batchSize(),
                    plan.seed(),
                    step,
                    geometry.epochsAfter(step),
                    geometry.examplesAfter(step),
                    seconds(totalNanos),
                    split.label(),
                    score.loss(),
                    plan.task() == Task.CLASSIFICATION ? score.accuracy() : null);
            evalRows.add(row);
            listener.onEvaluation(row);
        }
        return score;
    }

    private @Nullable Outcome afterEvaluation(Score score, @Nullable Outcome outcome) {
        if (score.examples() == 0) {
            return outcome;
        }
        if (divergence.hasDiverged(score.loss(), (int) Math.min(score.examples(), Integer.MAX_VALUE))) {
            return new Outcome.Diverged(step, score.loss());
        }
        Target target = plan.target();
        if (target != null && stepsToTarget == null && target.isPassedBy(score.loss(), score.accuracy())) {
            stepsToTarget = step;
            secondsToTarget = seconds(totalNanos);
            if (target.stop() && outcome == null) {
                return new Outcome.ReachedTarget(step);
            }
        }
        return outcome;
    }

    /** Measures the other splits with the last parameters, which may yet show that the run has diverged. */
    private Outcome finish(Outcome outcome) {
        if (outcome instanceof Outcome.Diverged) {
            return outcome;
        }
        Score train = evaluate(Split.TRAIN);
        evaluate(Split.TEST);
        return Double.isFinite(train.loss()) ? outcome : new Outcome.Diverged(step, train.loss());
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
