package io.batchscope.spark.dl4j;

import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingEngine;
import io.batchscope.train.TrainingListener;
import org.apache.spark.sql.SparkSession;

/**
 * Deeplearning4j's SharedTrainingMaster (Strom 2015): each worker turns its share's gradient into an update by the
 * optimizer, adds it to a residual, and of that sends ±threshold for each element beyond the threshold. Everybody applies
 * what comes in; executors do not wait for one another. So there is no batch of all workers together, results do not
 * repeat, and what the plan calls a batch is only the examples that all workers take in about the same time.
 *
 * <p>Workers of one executor are threads in one JVM and do wait for each other. On local slots all workers are such, and
 * an update has the examples of the plan's batch; it is the sum, not the mean, of the workers' updates, thinned out.
 *
 * <p>For one run at a time: what the master starts in a JVM, it starts once. All of it is shut down when the run ends.
 */
public final class Dl4jGradientSharingEngine implements TrainingEngine {
    private final GuardedTraining training;

    /** @param model is trained, and measured by its general replica */
    public Dl4jGradientSharingEngine(SparkSession session, DataLocation data, Model model) {
        this.training = new GuardedTraining(session, data, model);
    }

    @Override
    public TrainedRun train(RunPlan plan, TrainingListener listener) {
        SparkSession session = training.session();
        return training.train(
                plan,
                SharingRounds.nodes(session.sparkContext(), plan.workers()),
                (spark, shares, guard) -> new SharingRounds(plan, session, training.model(), shares, guard),
                listener);
    }
}
