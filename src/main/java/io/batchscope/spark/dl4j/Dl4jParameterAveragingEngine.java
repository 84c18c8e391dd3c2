package io.batchscope.spark.dl4j;

import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingEngine;
import io.batchscope.train.TrainingListener;
import org.apache.spark.sql.SparkSession;

/**
 * Deeplearning4j's ParameterAveragingTrainingMaster: each worker does H updates of its own, then parameters and updater
 * state become their mean on the driver. Workers take the shares of the same batches in the same order as in the other
 * modes, at the same rates, from the same start; a share is one data set of Deeplearning4j's, never cut into micro-batches.
 *
 * <p>What is Deeplearning4j's own, and so differs from mode {@code parameter-averaging}:
 *
 * <ul>
 *   <li>Every worker has the same weight in the mean, also where its shares were smaller; one without examples in a round
 *       has none.
 *   <li>Every round is a Spark job, and parameters travel to the driver and back.
 *   <li>Nesterov's velocity has the rate in it, so it differs when the rate changes; so does Adam's place of ε.
 *   <li>The loss of a row is {@link AveragingRounds the master's}.
 * </ul>
 *
 * <p>It has no checkpoints: Spark does a lost task again, but a run that was cut short begins anew. For one run at a time:
 * Deeplearning4j takes the slots of all its workers with ordinary tasks.
 */
public final class Dl4jParameterAveragingEngine implements TrainingEngine {
    private final GuardedTraining training;

    /** @param model is trained, and measured by its general replica */
    public Dl4jParameterAveragingEngine(SparkSession session, DataLocation data, Model model) {
        this.training = new GuardedTraining(session, data, model);
    }

    @Override
    public TrainedRun train(RunPlan plan, TrainingListener listener) {
        return training.train(
                plan,
                plan.workers(),
                (spark, shares, guard) -> new AveragingRounds(plan, spark, training.model(), shares, guard),
                listener);
    }
}
