package io.batchscope.benchmark;

import io.batchscope.nn.Models;
import io.batchscope.plan.Measures;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.spark.SparkTrainingEngine;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.Parameters;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.SparkSession;

/** The project's synchronous engine with two workers; its last evaluation of the training split is inside the clock. */
final class BatchscopeTraining implements LossTraining {
    private static final int WORKERS = 2;
    private static final int MOST_TENTHS = 300;
    private static final long SEED = 7;

    private final TrainingSet data;
    private final DenseNetwork network;
    private final SparkTrainingEngine engine;
    private final int batch;
    private final double rate;

    BatchscopeTraining(SparkSession spark, TrainingSet data, DenseNetwork network, int batch, double rate) {
        this.data = data;
        this.network = network;
        this.batch = batch;
        this.rate = rate;
        Catalog model = new Catalog("mlp", List.of(network.hidden()), "sigmoid");
        this.engine = new SparkTrainingEngine(
                spark,
                data.location(),
                Contender.asAStudyWould(Models.load(
                        model, data.location().manifest().shape(), Task.CLASSIFICATION, network.outputs())));
    }

    @Override
    public String title() {
        return "Batchscope, synchronous";
    }

    @Override
    public String settings() {
        return "Nesterov 0.9, batch " + batch + ", rate " + rate;
    }

    @Override
    public String unit() {
        return "tenths of an epoch";
    }

    @Override
    public int enough(LossProblem problem) {
        return problem.search(this, MOST_TENTHS);
    }

    @Override
    public Trained train(int amount) {
        RunPlan plan = plan((long) amount * data.size() / 10 / batch);
        long start = System.nanoTime();
        TrainedRun run = engine.train(plan, TrainingListener.NONE);
        Parameters trained =
                Objects.requireNonNull(run.parameters(), () -> run.outcome().toString());
        return Trained.since(start, network.fromDeeplearning4j(trained.values()));
    }

    private RunPlan plan(long steps) {
        OptimizerConfig nesterov =
                new OptimizerConfig(OptimizerConfig.Name.NESTEROV, TrainingStep.MOMENTUM, 0, 0.9, 0.999, 1e-8);
        return new RunPlans(
                        Task.CLASSIFICATION,
                        data.size(),
                        batch,
                        WORKERS,
                        1024,
                        WORKERS,
                        steps,
                        rate,
                        nesterov,
                        null,
                        Double.POSITIVE_INFINITY,
                        steps,
                        steps,
                        SEED,
                        new LearningRateSchedule.Constant(rate),
                        Measures.NONE)
                .plan();
    }

    @Override
    public void close() {}
}
