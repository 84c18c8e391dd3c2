package io.batchscope.spark.dl4j;

import io.batchscope.data.Split;
import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Task;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.DataPreparer;
import io.batchscope.spark.PreparationRequest;
import io.batchscope.spark.ShardReader;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.SynchronizedPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/** A small data set, a network for it, and plans for Deeplearning4j's masters. */
final class Dl4jPlans {
    static final int FEATURES = 6;
    static final int CLASSES = 3;
    static final int TRAIN = 320;

    private Dl4jPlans() {}

    /** {@value #TRAIN} training examples or a few more. */
    static DataLocation prepare(SparkSession spark, Path directory) {
        SourceConfig source = new SourceConfig(
                "synthetic",
                List.of(),
                List.of(),
                Optional.empty(),
                Task.CLASSIFICATION,
                0.1,
                0.1,
                4,
                1,
                Optional.of(new SyntheticConfig(400, FEATURES, CLASSES, 0.5)));
        String path = directory.resolve("data").toString();
        DataPreparer.prepare(spark, PreparationRequest.of(source, "test"), path);
        DataLocation data = DataLocation.open(spark.sparkContext().hadoopConfiguration(), path);
        if (data.manifest().examples(Split.TRAIN) < TRAIN) {
            throw new IllegalStateException("the data set has too few training examples");
        }
        return data;
    }

    static Model model() {
        return Models.load(new Catalog("mlp", List.of(8), "tanh"), List.of(FEATURES), Task.CLASSIFICATION, CLASSES);
    }

    static RunPlans plans(long batchSize, long steps) {
        return RunPlans.sgd(Task.CLASSIFICATION, TRAIN, batchSize, steps, 0.05).withWorkers(2);
    }

    static OptimizerConfig optimizer(OptimizerConfig.Name name, double momentum, double weightDecay) {
        return new OptimizerConfig(name, momentum, weightDecay, 0.9, 0.99, 1e-2);
    }

    static TrainingShares shares(
            SparkSession spark, RunPlan plan, DataLocation data, Model model, int parts, long from, long to) {
        return new TrainingShares(
                plan,
                data,
                ShardReader.of(spark),
                model.dataSets(),
                parts,
                from,
                to,
                spark.sparkContext().longAccumulator());
    }

    /** The plan in another mode. */
    static RunPlan in(Synchronization mode, RunPlan plan) {
        return with(mode, plan, plan.timeoutSeconds());
    }

    static RunPlan with(Synchronization mode, RunPlan plan, double timeoutSeconds) {
        return SynchronizedPlan.of(CheckpointedPlan.of(plan, plan.checkpoints(), plan.retries(), timeoutSeconds), mode);
    }
}
