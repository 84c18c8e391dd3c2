package io.batchscope.train;

import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.train.Replica.Score;
import io.batchscope.units.EpochGeometry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The training loop of one rank; {@link TrainingEngine} shows it as pseudo-code. Every decision that ends the loop is
 * taken from values that are the same on all ranks, so all ranks leave it at the same update.
 */
public final class StepLoop {
    private final RunPlan plan;
    private final EpochGeometry geometry;
    private final Replica replica;
    private final Collective collective;
    private final List<String> hosts;
    private final TrainingListener listener;
    private final GlobalGradient gradient;
    private final Evaluator evaluator;
    private final Feeder feeder;
    private final ParameterUpdate parameterUpdate;
    private final float[] parameters;
    private final StepTimes times = new StepTimes();
    private final StepTimes total = new StepTimes();
    private final DivergenceWatch divergence;
    private final MemoryPeaks memory;
    private final List<StepRecord> stepRows = new ArrayList<>();
    private final List<EvalRecord> evalRows = new ArrayList<>();
    private @Nullable Long stepsToTarget;
    private @Nullable Double secondsToTarget;

    /**
     * A loop that is run once.
     *
     * @param hosts where the ranks are, for the record
     * @param listener hears of the run; give one on the first rank only
     */
    public StepLoop(
            RunPlan plan,
            RankData data,
            Replica replica,
            Collective collective,
            List<String> hosts,
            TrainingListener listener) {
        this(plan, data, replica, collective, hosts, listener, feeder(plan, data, collective, hosts));
    }

    /** One that takes its micro-batches from {@code feeder}, and closes that in the end. */
    StepLoop(
            RunPlan plan,
            RankData data,
            Replica replica,
            Collective collective,
            List<String> hosts,
            TrainingListener listener,
            Feeder feeder) {
        this.plan = plan;
        this.geometry = plan.geometry();
        this.replica = replica;
        this.collective = collective;
        this.hosts = hosts;
        this.listener = listener;
        this.feeder = feeder;
        this.gradient = new GlobalGradient(plan, feeder, replica, collective);
        this.evaluator = new Evaluator(data, replica, collective, plan.microBatch());
        this.parameterUpdate = new ParameterUpdate(UpdateRule.of(plan.optimizer()), replica);
        this.parameters = parameterUpdate.parameters();
        this.divergence = new DivergenceWatch(plan.divergenceFactor());
        this.memory = new MemoryPeaks(replica);
    }

    private static Feeder feeder(RunPlan plan, RankData data, Collective collective, List<String> hosts) {
        int ranksHere = hosts.isEmpty() ? 1 : Collections.frequency(hosts, hosts.get(collective.rank()));
        return Feeder.of(
                new MicroBatches(plan, collective.rank(), collective.size(), data.train()),
                "batchscope-feeder-" + plan.runId() + "-rank-" + collective.rank(),
                Duration.ofMillis((long) (plan.timeoutSeconds() * 1000)),
                ranksHere);
    }

    /**
     * Trains to the run's outcome.
     *
     * @return what happened, the same on all ranks but for times
     * @throws CollectiveException if another rank was lost
     */
    public TrainedRun run() throws InterruptedException {
        Processors.occupy();
        try {
            return train();
        } finally {
            Processors.release();
            feeder.close();
        }
    }

    private TrainedRun train() throws InterruptedException {
        startTogether();
        Score start = evaluate(0, Split.VALIDATION);
        if (start.examples() > 0) {
            divergence.initial(start.loss());
        }
        long step = 0;
        @Nullable Outcome outcome = null;
        while (outcome == null && step < plan.plannedSteps()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("run " + plan.runId() + " was stopped at step " + step);
            }
            outcome = update(step);
            if (outcome instanceof Outcome.Diverged) {
                break;
            }
            step++;
            listener.onProgress(step);
            boolean last = outcome != null || step == plan.plannedSteps();
            if (last || step % plan.evaluateEvery() == 0) {
                outcome = afterEvaluation(step, evaluate(step, Split.VALIDATION), outcome);
            }
        }
        Outcome end = finish(step, outcome == null ? new Outcome.Completed() : outcome);
        listener.onEnd(end);
        MemoryPeaks.Peaks peaks = memory.overRanks(collective);
        return new TrainedRun(
                end,
                step,
                stepsToTarget,
                secondsToTarget,
                StepTimes.seconds(total.totalNanos),
                StepTimes.seconds(total.computeNanos),
                StepTimes.seconds(total.syncNanos),
                StepTimes.seconds(total.dataNanos),
                peaks.resident(),
                peaks.heap(),
                peaks.offHeap(),
                hosts,
                stepRows,
                evalRows,
                new Parameters(parameters));
    }

    /**
     * Takes the first rank's start parameters: the same seed need not give the same bits on another processor, and ranks
     * that start apart stay apart.
     */
    private void startTogether() {
        replica.readParameters(parameters);
        if (collective.size() > 1) {
            if (collective.rank() > 0) {
                Arrays.fill(parameters, 0);
            }
            collective.allReduceSum(parameters, 0, parameters.length);
            replica.writeParameters(parameters);
        }
    }

    /** One optimizer update; an outcome if it was the last. */
    private @Nullable Outcome update(long step) throws InterruptedException {
        times.clear();
        long start = System.nanoTime();
        double rate = plan.schedule().rateAt(step);
        gradient.compute(step, StepTimes.seconds(total.totalNanos) > plan.secondsLimit(), times);
        if (divergence.hasDiverged(gradient.loss(), geometry.sizeOf(step))) {
            return new Outcome.Diverged(step + 1, gradient.loss());
        }
        boolean keepRow = step % plan.stepRowEvery() == 0 || step == plan.plannedSteps() - 1;
        double norm = keepRow ? gradient.norm() : 0;
        parameterUpdate.apply(gradient.mean(), rate, step);
        times.totalNanos = System.nanoTime() - start;
        total.add(times);
        if (keepRow) {
            memory.sample();
            keep(row(step + 1, rate, norm));
        }
        return gradient.stopWanted()
                ? new Outcome.BudgetExhausted(step + 1, StepTimes.seconds(total.totalNanos))
                : null;
    }

    private StepRecord row(long step, double rate, double norm) {
        return new StepRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                step,
                geometry.epochsAfter(step),
                geometry.examplesAfter(step),
                rate,
                gradient.loss(),
                norm,
                null,
                null,
                null,
                StepTimes.seconds(times.computeNanos),
                StepTimes.seconds(times.syncNanos),
                StepTimes.seconds(times.dataNanos));
    }

    private void keep(StepRecord row) {
        stepRows.add(row);
        listener.onStep(row);
    }

    private Score evaluate(long step, Split split) {
        Score score = evaluator.score(split);
        memory.sample();
        if (score.examples() > 0 && Double.isFinite(score.loss())) {
            EvalRecord row = new EvalRecord(
                    plan.study(),
                    plan.runId(),
                    plan.batchSize(),
                    plan.seed(),
                    step,
                    geometry.epochsAfter(step),
                    geometry.examplesAfter(step),
                    StepTimes.seconds(total.totalNanos),
                    split.label(),
                    score.loss(),
                    plan.task() == Task.CLASSIFICATION ? score.accuracy() : null);
            evalRows.add(row);
            listener.onEvaluation(row);
        }
        return score;
    }

    private @Nullable Outcome afterEvaluation(long step, Score score, @Nullable Outcome outcome) {
        if (score.examples() == 0) {
            return outcome;
        }
        if (!Double.isFinite(score.loss())) {
            return new Outcome.Diverged(step, score.loss());
        }
        Target target = plan.target();
        if (target != null && stepsToTarget == null && target.isPassedBy(score.loss(), score.accuracy())) {
            stepsToTarget = step;
            secondsToTarget = StepTimes.seconds(total.totalNanos);
            if (target.stop() && outcome == null) {
                return new Outcome.ReachedTarget(step);
            }
        }
        return outcome;
    }

    /** Measures the other splits with the last parameters, which may yet show that the run has diverged. */
    private Outcome finish(long step, Outcome outcome) {
        if (outcome instanceof Outcome.Diverged) {
            return outcome;
        }
        Score train = evaluate(step, Split.TRAIN);
        evaluate(step, Split.TEST);
        return Double.isFinite(train.loss()) ? outcome : new Outcome.Diverged(step, train.loss());
    }
}
