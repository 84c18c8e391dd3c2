package io.batchscope.testing;

import io.batchscope.plan.CheckpointPolicy;
import io.batchscope.plan.Measures;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.Pace;
import io.batchscope.plan.Regularization;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.plan.Transport;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plans for tests: the few numbers that a test is about, sane values for the rest. */
public record RunPlans(
        Task task,
        long examples,
        long batchSize,
        int workers,
        int microBatch,
        int lanes,
        long steps,
        double rate,
        OptimizerConfig optimizer,
        @Nullable Target target,
        double secondsLimit,
        long evaluateEvery,
        long stepRowEvery,
        long seed,
        LearningRateSchedule schedule,
        Measures measures) {
    private static final long SEED = 7;

    /** Plain gradient descent on {@code examples} examples. */
    public static RunPlans sgd(Task task, long examples, long batchSize, long steps, double rate) {
        OptimizerConfig sgd = new OptimizerConfig(OptimizerConfig.Name.SGD, 0, 0, 0.9, 0.999, 1e-8);
        return new RunPlans(
                task,
                examples,
                batchSize,
                1,
                4,
                12,
                steps,
                rate,
                sgd,
                null,
                Double.POSITIVE_INFINITY,
                10,
                1,
                SEED,
                new LearningRateSchedule.Constant(rate),
                new Measures(1, 0, 1));
    }

    public RunPlans withWorkers(int count) {
        return with(count, microBatch, optimizer, target, secondsLimit, stepRowEvery, seed, schedule);
    }

    public RunPlans withMicroBatch(int most) {
        return with(workers, most, optimizer, target, secondsLimit, stepRowEvery, seed, schedule);
    }

    public RunPlans withOptimizer(OptimizerConfig config) {
        return with(workers, microBatch, config, target, secondsLimit, stepRowEvery, seed, schedule);
    }

    public RunPlans withTarget(Target goal) {
        return with(workers, microBatch, optimizer, goal, secondsLimit, stepRowEvery, seed, schedule);
    }

    public RunPlans withSecondsLimit(double seconds) {
        return with(workers, microBatch, optimizer, target, seconds, stepRowEvery, seed, schedule);
    }

    /** Norms are measured in every row. */
    public RunPlans withStepRowEvery(long every) {
        return with(workers, microBatch, optimizer, target, secondsLimit, every, seed, schedule)
                .withMeasures(new Measures(every, measures.noiseEvery(), measures.baseBatch()));
    }

    public RunPlans withSeed(long number) {
        return with(workers, microBatch, optimizer, target, secondsLimit, stepRowEvery, number, schedule);
    }

    public RunPlans withSchedule(LearningRateSchedule rates) {
        return with(workers, microBatch, optimizer, target, secondsLimit, stepRowEvery, seed, rates);
    }

    public RunPlans withMeasures(Measures wanted) {
        return new RunPlans(
                task,
                examples,
                batchSize,
                workers,
                microBatch,
                lanes,
                steps,
                rate,
                optimizer,
                target,
                secondsLimit,
                evaluateEvery,
                stepRowEvery,
                seed,
                schedule,
                wanted);
    }

    public RunPlans withEvaluateEvery(long updates) {
        return new RunPlans(
                task,
                examples,
                batchSize,
                workers,
                microBatch,
                lanes,
                steps,
                rate,
                optimizer,
                target,
                secondsLimit,
                updates,
                stepRowEvery,
                seed,
                schedule,
                measures);
    }

    private RunPlans with(
            int newWorkers,
            int newMicroBatch,
            OptimizerConfig newOptimizer,
            @Nullable Target newTarget,
            double newSecondsLimit,
            long newStepRowEvery,
            long newSeed,
            LearningRateSchedule newSchedule) {
        return new RunPlans(
                task,
                examples,
                batchSize,
                newWorkers,
                newMicroBatch,
                lanes,
                steps,
                rate,
                newOptimizer,
                newTarget,
                newSecondsLimit,
                evaluateEvery,
                newStepRowEvery,
                newSeed,
                newSchedule,
                measures);
    }

    /** The plan. */
    public RunPlan plan() {
        return plan(Transport.AUTO);
    }

    /** The plan, with this way for the workers to reach each other. */
    public RunPlan plan(Transport transport) {
        return new RunPlan(
                "r" + batchSize + "w" + workers,
                "t" + batchSize,
                "test",
                RunPlan.Recipe.ONLY,
                task,
                batchSize,
                workers,
                microBatch,
                lanes,
                seed,
                examples,
                "data",
                "model",
                new Synchronization.Synchronous(),
                ReplicaKind.DL4J,
                false,
                optimizer,
                Regularization.NONE,
                ScalingRule.NONE,
                rate,
                rate,
                0,
                schedule,
                Pace.Planned.CONSTANT,
                steps,
                evaluateEvery,
                stepRowEvery,
                target,
                secondsLimit,
                100,
                transport,
                20,
                0,
                CheckpointPolicy.NONE,
                1,
                0,
                measures,
                List.of());
    }
}
