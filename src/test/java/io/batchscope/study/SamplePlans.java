package io.batchscope.study;

import io.batchscope.plan.CheckpointPolicy;
import io.batchscope.plan.Measures;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.Pace;
import io.batchscope.plan.Regularization;
import io.batchscope.plan.ReplicaChoice;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Task;
import io.batchscope.plan.Transport;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.GpuMeasures;
import io.batchscope.result.Outcome;
import io.batchscope.result.Provenance;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.train.Parameters;
import io.batchscope.train.TrainedRun;
import java.util.List;

/** Hand-made plans over 100 training examples, and what training them might give. */
final class SamplePlans {
    static final ModelFacts MODEL =
            new ModelFacts("m1", "softmax 4 → 3", 15, 4, 3, Task.CLASSIFICATION, false, List.of());
    static final RunRecords RECORDS = new RunRecords(
            MODEL,
            new Provenance("abc", "def", "0.1.0", "17", "Linux", "by hand", "3.5.5"),
            new WorkerMemory(
                    MODEL,
                    new WorkerMemory.DataSize(20, 0),
                    new WorkerBudget(1 << 20, 1 << 20, 1 << 20, true, 1, 0),
                    new NativeLaw(List.of(new NativeLaw.Point(1, 1000), new NativeLaw.Point(9, 1800)))));

    private SamplePlans() {}

    static RunPlan plan(String id, long batchSize, int workers, long plannedSteps) {
        return plan(id, batchSize, workers, plannedSteps, new Synchronization.Synchronous());
    }

    static RunPlan plan(String id, long batchSize, int workers, long plannedSteps, long seed) {
        return plan(id, batchSize, workers, plannedSteps, new Synchronization.Synchronous(), seed, 1);
    }

    static RunPlan plan(String id, long batchSize, int workers, long plannedSteps, Synchronization synchronization) {
        return plan(id, batchSize, workers, plannedSteps, synchronization, 1, 1);
    }

    /** A run of an epoch or so in a search for the best rate, called {@code 8×0.5-1}. */
    static RunPlan searched(long batchSize, int workers, long seed, double factor) {
        return plan(
                batchSize + "×" + factor + "-" + seed,
                batchSize,
                workers,
                1 + 100 / batchSize,
                new Synchronization.Synchronous(),
                seed,
                factor);
    }

    private static RunPlan plan(
            String id,
            long batchSize,
            int workers,
            long plannedSteps,
            Synchronization synchronization,
            long seed,
            double factor) {
        return new RunPlan(
                id,
                "t" + id,
                "study",
                RunPlan.Recipe.ONLY,
                Task.CLASSIFICATION,
                batchSize,
                workers,
                8,
                16,
                seed,
                100,
                "d1",
                "m1",
                synchronization,
                ReplicaKind.DL4J,
                false,
                new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 0.001, 0.9, 0.999, 1e-8),
                Regularization.NONE,
                ScalingRule.SQRT,
                0.05,
                0.1,
                5,
                new LearningRateSchedule.Constant(0.1),
                Pace.Planned.CONSTANT,
                plannedSteps,
                10,
                1,
                null,
                Double.POSITIVE_INFINITY,
                10,
                Transport.AUTO,
                60,
                0,
                CheckpointPolicy.NONE,
                factor,
                0,
                Measures.NONE,
                List.of());
    }

    static StudyPlan study(RunPlan... plans) {
        return new StudyPlan(
                "study", new ReplicaChoice(ReplicaKind.DL4J, "study.replica asks for it"), List.of(plans), List.of());
    }

    static TrainedRun trained(RunPlan plan, Outcome outcome) {
        long last = plan.plannedSteps();
        return new TrainedRun(
                outcome,
                last,
                null,
                null,
                null,
                2,
                1,
                0,
                0.5,
                null,
                null,
                null,
                null,
                List.of("host-1"),
                List.of(step(plan, 1, 1.5)),
                List.of(eval(plan, last, "train", 0.5, 0.75)),
                List.of(),
                null,
                GpuMeasures.unknown("not measured"),
                new Parameters(new float[] {plan.batchSize()}));
    }

    static StepRecord step(RunPlan plan, long step, double loss) {
        return new StepRecord(
                "study",
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                step,
                0,
                0,
                null,
                0.1,
                null,
                loss,
                1.0,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0,
                0,
                0,
                null,
                StepMeasures.NONE);
    }

    static EvalRecord eval(RunPlan plan, long step, String split, double loss, double accuracy) {
        return new EvalRecord(
                "study", plan.runId(), plan.batchSize(), plan.seed(), step, 0, 0, 0, split, loss, accuracy);
    }
}
