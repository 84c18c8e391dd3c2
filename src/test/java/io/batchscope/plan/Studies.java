package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.WarmupConfig;
import io.batchscope.plan.StudyConfig.CheckpointConfig;
import io.batchscope.plan.StudyConfig.DataConfig;
import io.batchscope.plan.StudyConfig.EvaluationConfig;
import io.batchscope.plan.StudyConfig.GpuConfig;
import io.batchscope.plan.StudyConfig.MeasureConfig;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.StudyConfig.RequestedBatch;
import io.batchscope.plan.StudyConfig.SyncConfig;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
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
    static final ReplicaFacts FUSED = ReplicaFacts.FUSED;
    static final GrowthConfig NO_GROWTH = new GrowthConfig(
            GrowthConfig.By.NONE,
            List.of(),
            2,
            OptionalLong.empty(),
            OptionalLong.empty(),
            false,
            1,
            2,
            Span.parse("1 step"),
            Span.parse("1 step"));

    /** 10 epochs, base rate 0.1 at 64, no warmup, constant rate. */
    static Studies ordinary() {
        return new Studies(new StudyConfig(
                "ordinary",
                new DataConfig("data/x", 1.0, 0, Optional.empty()),
                new ModelConfig.Catalog("mlp", List.of(8), "relu"),
                List.of(new RecipeConfig(
                        "",
                        settings(new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 0, 0.9, 0.999, 1e-8)),
                        rate(ScalingRule.LINEAR, null, "0 steps", shape(ScheduleConfig.Shape.CONSTANT)),
                        Regularization.NONE,
                        NO_GROWTH,
                        new BudgetConfig(Span.parse("10 epochs"), Optional.empty(), 0, Optional.empty()))),
                List.of(RequestedBatch.of(64)),
                List.of(1L),
                Optional.empty(),
                new EvaluationConfig(Span.parse("1 epoch"), 1000, 10),
                new SyncConfig(
                        List.of(new SyncModeConfig.Resolved(new Synchronization.Synchronous())),
                        List.of(1),
                        OptionalInt.of(256),
                        OptionalLong.empty(),
                        Transport.AUTO,
                        60,
                        2),
                new CheckpointConfig(Optional.empty(), Optional.of(60.0), 2),
                Optional.empty(),
                GpuConfig.DEFAULT,
                new MeasureConfig(Optional.empty(), Optional.empty()),
                List.of(),
                RunOrder.COSTLIEST_FIRST,
                "results/x"));
    }

    static OptimizerSettings settings(OptimizerConfig base) {
        return new OptimizerSettings(base, MomentScaling.NONE, DecayScaling.NONE);
    }

    /** Base rate 0.1 at 64, a linear warmup from it. */
    static LearningRateConfig rate(ScalingRule scaling, @Nullable Double max, String warmup, ScheduleConfig schedule) {
        return new LearningRateConfig(
                0.1,
                64,
                scaling,
                Optional.ofNullable(max),
                new WarmupConfig(Span.parse(warmup), WarmupConfig.Rise.LINEAR, Optional.empty()),
                schedule,
                List.of());
    }

    static ScheduleConfig shape(ScheduleConfig.Shape shape, String... milestones) {
        return new ScheduleConfig(
                shape,
                0.01,
                2,
                List.of(milestones).stream().map(Span::parse).toList(),
                0.1,
                Span.parse("20 %"),
                ScheduleConfig.DecayShape.LINEAR,
                List.of());
    }

    StudyPlan plan() {
        return plan(FUSED);
    }

    StudyPlan plan(FusedFacts fused) {
        return plan(ReplicaFacts.withoutGpus(fused));
    }

    StudyPlan plan(ReplicaFacts replicas) {
        return Planner.plan(config, DATA, MODEL, CLUSTER, replicas);
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
        return with(name, config.data(), config.recipes(), config.batchSizes(), config.seeds());
    }

    Studies trainFraction(double fraction) {
        DataConfig data = new DataConfig(config.data().path(), fraction, 0, Optional.empty());
        return with(config.name(), data, config.recipes(), config.batchSizes(), config.seeds());
    }

    Studies labelNoise(double share) {
        DataConfig data = new DataConfig(config.data().path(), config.data().trainFraction(), share, Optional.empty());
        return with(config.name(), data, config.recipes(), config.batchSizes(), config.seeds());
    }

    Studies probes(ProbeKind... probes) {
        return new Studies(new StudyConfig(
                config.name(),
                config.data(),
                config.model(),
                config.recipes(),
                config.batchSizes(),
                config.seeds(),
                config.target(),
                config.evaluation(),
                config.sync(),
                config.checkpoint(),
                config.replica(),
                config.gpu(),
                config.measure(),
                List.of(probes),
                config.order(),
                config.output()));
    }

    /** The first recipe. */
    RecipeConfig recipe() {
        return config.recipes().get(0);
    }

    Studies recipes(RecipeConfig... recipes) {
        return with(config.name(), config.data(), List.of(recipes), config.batchSizes(), config.seeds());
    }

    Studies optimizer(OptimizerConfig optimizer) {
        return optimizer(settings(optimizer));
    }

    Studies optimizer(OptimizerSettings optimizer) {
        RecipeConfig now = recipe();
        return recipes(new RecipeConfig(
                now.name(), optimizer, now.learningRate(), now.regularization(), now.growth(), now.budget()));
    }

    Studies rate(LearningRateConfig rate) {
        RecipeConfig now = recipe();
        return recipes(
                new RecipeConfig(now.name(), now.optimizer(), rate, now.regularization(), now.growth(), now.budget()));
    }

    Studies growth(GrowthConfig growth) {
        RecipeConfig now = recipe();
        return recipes(new RecipeConfig(
                now.name(), now.optimizer(), now.learningRate(), now.regularization(), growth, now.budget()));
    }

    Studies budget(BudgetConfig budget) {
        RecipeConfig now = recipe();
        return recipes(new RecipeConfig(
                now.name(), now.optimizer(), now.learningRate(), now.regularization(), now.growth(), budget));
    }

    Studies budget(String length, long minUpdates, Optional<Double> seconds) {
        return budget(new BudgetConfig(Span.parse(length), Optional.empty(), minUpdates, seconds));
    }

    /** Batch sizes; 0 stands for full. */
    Studies batches(long... sizes) {
        List<RequestedBatch> requested = Arrays.stream(sizes)
                .mapToObj(size -> size == 0 ? RequestedBatch.full() : RequestedBatch.of(size))
                .toList();
        return with(config.name(), config.data(), config.recipes(), requested, config.seeds());
    }

    Studies seeds(Long... seeds) {
        return with(config.name(), config.data(), config.recipes(), config.batchSizes(), List.of(seeds));
    }

    Studies target(Target target) {
        return with(Optional.of(target), config.evaluation(), config.sync());
    }

    Studies evaluation(String every, int maxStepRows, double divergenceFactor) {
        return with(
                config.target(), new EvaluationConfig(Span.parse(every), maxStepRows, divergenceFactor), config.sync());
    }

    Studies sync(OptionalInt workers, int microBatch, double timeoutSeconds) {
        return sync(workers.stream().boxed().toList(), microBatch, timeoutSeconds);
    }

    Studies sync(List<Integer> workers, int microBatch, double timeoutSeconds) {
        SyncConfig sync = new SyncConfig(
                config.sync().modes(),
                workers,
                OptionalInt.of(microBatch),
                OptionalLong.empty(),
                Transport.AUTO,
                timeoutSeconds,
                2);
        return with(config.target(), config.evaluation(), sync);
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
        return with(config.target(), config.evaluation(), sync);
    }

    Studies mode(Synchronization synchronization) {
        return modes(new SyncModeConfig.Resolved(synchronization));
    }

    Studies measure(MeasureConfig measure) {
        return new Studies(new StudyConfig(
                config.name(),
                config.data(),
                config.model(),
                config.recipes(),
                config.batchSizes(),
                config.seeds(),
                config.target(),
                config.evaluation(),
                config.sync(),
                config.checkpoint(),
                config.replica(),
                config.gpu(),
                measure,
                config.probes(),
                config.order(),
                config.output()));
    }

    Studies gpu(GpuConfig gpu) {
        return new Studies(new StudyConfig(
                config.name(),
                config.data(),
                config.model(),
                config.recipes(),
                config.batchSizes(),
                config.seeds(),
                config.target(),
                config.evaluation(),
                config.sync(),
                config.checkpoint(),
                config.replica(),
                gpu,
                config.measure(),
                config.probes(),
                config.order(),
                config.output()));
    }

    Studies replica(ReplicaKind asked) {
        return with(config.target(), config.evaluation(), config.sync(), Optional.of(asked));
    }

    private Studies with(
            String name,
            DataConfig data,
            List<RecipeConfig> recipes,
            List<RequestedBatch> batchSizes,
            List<Long> seeds) {
        return new Studies(new StudyConfig(
                name,
                data,
                config.model(),
                recipes,
                batchSizes,
                seeds,
                config.target(),
                config.evaluation(),
                config.sync(),
                config.checkpoint(),
                config.replica(),
                config.gpu(),
                config.measure(),
                config.probes(),
                config.order(),
                config.output()));
    }

    private Studies with(Optional<Target> target, EvaluationConfig evaluation, SyncConfig sync) {
        return with(target, evaluation, sync, config.replica());
    }

    private Studies with(
            Optional<Target> target, EvaluationConfig evaluation, SyncConfig sync, Optional<ReplicaKind> replica) {
        return new Studies(new StudyConfig(
                config.name(),
                config.data(),
                config.model(),
                config.recipes(),
                config.batchSizes(),
                config.seeds(),
                target,
                evaluation,
                sync,
                config.checkpoint(),
                replica,
                config.gpu(),
                config.measure(),
                config.probes(),
                config.order(),
                config.output()));
    }
}
