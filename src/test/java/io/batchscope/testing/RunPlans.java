package io.batchscope.testing;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.SyncMode;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
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
        long stepRowEvery) {
    /** Plain gradient descent on {@code examples} examples. */
    public static RunPlans sgd(Task task, long examples, long batchSize, long steps, double rate) {
        OptimizerConfig sgd = new OptimizerConfig(OptimizerConfig.Name.SGD, 0, 0, 0.9, 0.999, 1e-8);
        return new RunPlans(
                task, examples, batchSize, 1, 4, 12, steps, rate, sgd, null, Double.POSITIVE_INFINITY, 10, 1);
    }

    public RunPlans withWorkers(int count) {
        return new RunPlans(
                task,
                examples,
                batchSize,
                count,
                microBatch,
                lanes,
                steps,
                rate,
                optimizer,
                target,
                secondsLimit,
                evaluateEvery,
                stepRowEvery);
    }

    public RunPlans withOptimizer(OptimizerConfig config) {
        return new RunPlans(
                task,
                examples,
                batchSize,
                workers,
                microBatch,
                lanes,
                steps,
                rate,
                config,
                target,
                secondsLimit,
                evaluateEvery,
                stepRowEvery);
    }

    public RunPlans withTarget(Target goal) {
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
                goal,
                secondsLimit,
                evaluateEvery,
                stepRowEvery);
    }

    public RunPlans withSecondsLimit(double seconds) {
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
                seconds,
                evaluateEvery,
                stepRowEvery);
    }

    public RunPlans withStepRowEvery(long every) {
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
                every);
    }

    /** The plan. */
    public RunPlan plan() {
        return new RunPlan(
                "r" + batchSize + "w" + workers,
                "test",
                task,
                batchSize,
                workers,
                microBatch,
                lanes,
                7,
                examples,
                "data",
                "model",
                SyncMode.SYNCHRONOUS,
                optimizer,
                ScalingRule.NONE,
                rate,
                rate,
                0,
                new LearningRateSchedule.Constant(rate),
                steps,
                evaluateEvery,
                stepRowEvery,
                target,
                secondsLimit,
                100,
                20);
    }
}
