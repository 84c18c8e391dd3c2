package io.batchscope.plan;

import io.batchscope.plan.StudyConfig.BudgetConfig;
import io.batchscope.plan.StudyConfig.CheckpointConfig;
import io.batchscope.plan.StudyConfig.DataConfig;
import io.batchscope.plan.StudyConfig.EvaluationConfig;
import io.batchscope.plan.StudyConfig.LearningRateConfig;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.StudyConfig.RequestedBatch;
import io.batchscope.plan.StudyConfig.ScheduleConfig;
import io.batchscope.plan.StudyConfig.SyncConfig;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** One ordinary study, and copies of it with one thing changed. */
record Studies(StudyConfig config) {
    static final DataFacts DATA = new DataFacts("data-1", Task.CLASSIFICATION, 6000, 600, 1000, 20, 4);
    static final ModelFacts MODEL =
            new ModelFacts("model-1", "mlp 20-8-4", 204, 20, 4, Task.CLASSIFICATION, false, List.of());
    static final ClusterFacts CLUSTER = new ClusterFacts(4);
    static final FusedFacts FUSED = new FusedFacts(null, null);

    /** 10 epochs, base rate 0.1 at 64, no warmup, constant rate. */
    static Studies ordinary() {
        return new Studies(new StudyConfig(
                "ordinary",
                new DataConfig("data/x", 1.0, Optional.empty()),
                new ModelConfig.Catalog("mlp", List.of(8), "relu"),
                new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 0, 0.9, 0.999, 1e-8),
                rate(ScalingRule.LINEAR, null, "0 steps", shape(ScheduleConfig.Shape.CONSTANT)),
                List.of(RequestedBatch.of(64)),
                List.of(1L),
                new BudgetConfig(Span.parse("10 epochs"), 0, Optional.empty()),
                Optional.empty(),
                new EvaluationConfig(Span.parse("1 epoch"), 1000, 10),
                new SyncConfig(
                        List.of(new SyncModeConfig.Resolved(new Synchronization.Synchronous())),
                        OptionalInt.of(1),
                        OptionalInt.of(256),
                        OptionalLong.empty(),
                        Transport.AUTO,
                        60,
                        2),
                new CheckpointConfig(Optional.empty(), Optional.of(60.0), 2),
                Optional.empty(),
                "results/x"));
    }

    static LearningRateConfig rate(ScalingRule scaling, @Nullable Double max, String warmup, ScheduleConfig schedule) {
        return new LearningRateConfig(0.1, 64, scaling, Optional.ofNullable(max), Span.parse(warmup), schedule);
    }

    static ScheduleConfig shape(ScheduleConfig.Shape shape, String... milestones) {
        return new ScheduleConfig(
                shape, 0.01, 2, List.of(milestones).stream().map(Span::parse).toList(), 0.1);
    }

    StudyPlan plan() {
        return plan(FUSED);
    }

    StudyPlan plan(FusedFacts fused) {
        return Planner.plan(config, DATA, MODEL, CLUSTER, fused);
    }

    /** The plan of the only run. */
    RunPlan run() {
        List<RunPlan> runs = plan().runs();
        if (runs.size() != 1) {
            throw new AssertionError("one run expected, but there are " + runs.size());
        }
        return runs.get(0);
    }

    Studies name(String name) {
        return with(
                name, config.data(), config.optimizer(), config.learningRate(), config.batchSizes(), config.seeds());
    }

    Studies trainFraction(double fraction) {
        DataConfig data = new DataConfig(config.data().path(), fraction, Optional.empty());
        return with(
                config.name(), data, config.optimizer(), config.learningRate(), config.batchSizes(), config.seeds());
    }

    Studies optimizer(OptimizerConfig optimizer) {
        return with(
                config.name(), config.data(), optimizer, config.learningRate(), config.batchSizes(), config.seeds());
    }

    Studies rate(LearningRateConfig rate) {
        return with(config.name(), config.data(), config.optimizer(), rate, config.batchSizes(), config.seeds());
    }

    /** Batch sizes; 0 stands for full. */
    Studies batches(long... sizes) {
        List<RequestedBatch> requested = Arrays.stream(sizes)
                .mapToObj(size -> size == 0 ? RequestedBatch.full() : RequestedBatch.of(size))
                .toList();
        return with(config.name(), config.data(), config.optimizer(), config.learningRate(), requested, config.seeds());
    }

    Studies seeds(Long... seeds) {
        return with(
                config.name(),
                config.data(),
                config.optimizer(),
                config.learningRate(),
                config.batchSizes(),
                List.of(seeds));
    }

    Studies budget(String length, long minUpdates, Optional<Double> seconds) {
        return with(
                new BudgetConfig(Span.parse(length), minUpdates, seconds),
                config.target(),
                config.evaluation(),
                config.sync());
    }

    Studies target(Target target) {
        return with(config.budget(), Optional.of(target), config.evaluation(), config.sync());
    }

    Studies evaluation(String every, int maxStepRows, double divergenceFactor) {
        return with(
                config.budget(),
                config.target(),
                new EvaluationConfig(Span.parse(every), maxStepRows, divergenceFactor),
                config.sync());
    }

    Studies sync(OptionalInt workers, int microBatch, double timeoutSeconds) {
        SyncConfig sync = new SyncConfig(
                config.sync().modes(),
                workers,
                OptionalInt.of(microBatch),
                OptionalLong.empty(),
                Transport.AUTO,
                timeoutSeconds,
                2);
        return with(config.budget(), config.target(), config.evaluation(), sync);
    }

    Studies modes(SyncModeConfig... modes) {
        SyncConfig now = config.sync();
        SyncConfig sync = new SyncConfig(
                List.of(modes),
                now.workers(),
                now.microBatch(),
                now.memoryPerWorker(),
                now.transport(),
                now.timeoutSeconds(),
                now.retries());
        return with(config.budget(), config.target(), config.evaluation(), sync);
    }

    Studies mode(Synchronization synchronization) {
        return modes(new SyncModeConfig.Resolved(synchronization));
    }

    Studies replica(ReplicaKind asked) {
        return with(config.budget(), config.target(), config.evaluation(), config.sync(), Optional.of(asked));
    }

    private Studies with(
            String name,
            DataConfig data,
            OptimizerConfig optimizer,
            LearningRateConfig rate,
            List<RequestedBatch> batchSizes,
            List<Long> seeds) {
        return new Studies(new StudyConfig(
                name,
                data,
                config.model(),
                optimizer,
                rate,
                batchSizes,
                seeds,
                config.budget(),
                config.target(),
                config.evaluation(),
                config.sync(),
                config.checkpoint(),
                config.replica(),
                config.output()));
    }

    private Studies with(BudgetConfig budget, Optional<Target> target, EvaluationConfig evaluation, SyncConfig sync) {
        return with(budget, target, evaluation, sync, config.replica());
    }

    private Studies with(
            BudgetConfig budget,
            Optional<Target> target,
            EvaluationConfig evaluation,
            SyncConfig sync,
            Optional<ReplicaKind> replica) {
        return new Studies(new StudyConfig(
                config.name(),
                config.data(),
                config.model(),
                config.optimizer(),
                config.learningRate(),
                config.batchSizes(),
                config.seeds(),
                budget,
                target,
                evaluation,
                sync,
                config.checkpoint(),
                replica,
                config.output()));
    }
}
