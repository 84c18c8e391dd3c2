package io.batchscope.spark.dl4j;

import io.batchscope.plan.RunPlan;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.worker.ExecuteWorkerFlatMap;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Deeplearning4j's master, which is given one round of one partition a worker at a time. So it has nothing to count, to
 * split or to deal out again, each of which would be another pass over the data and another order. What a worker does, what
 * is averaged, and how it travels is Deeplearning4j's.
 */
final class RoundMaster extends ParameterAveragingTrainingMaster {
    private static final long serialVersionUID = 1L;

    RoundMaster(RunPlan plan, UpdateHook hook) {
        super(new Builder(plan.workers(), Math.toIntExact(plan.layout().perWorker()))
                .batchSizePerWorker(Math.toIntExact(plan.layout().perWorker()))
                .averagingFrequency(Math.toIntExact(plan.synchronization().everySteps()))
                // False by default, whatever its documentation says; momentum would start anew every round.
                .saveUpdater(true)
                .rngSeed(plan.seed())
                .repartionData(Repartition.Never)
                .storageLevel(null)
                .trainingHooks(List.of(hook)));
    }

    @Override
    public void executeTraining(SparkDl4jMultiLayer network, JavaRDD<DataSet> round) {
        processResults(
                network, null, round.mapPartitions(new ExecuteWorkerFlatMap<>(getWorkerInstance(network))), 1, 1);
    }

    @Override
    public void executeTraining(SparkComputationGraph graph, JavaRDD<DataSet> round) {
        processResults(null, graph, round.mapPartitions(new ExecuteWorkerFlatMap<>(getWorkerInstance(graph))), 1, 1);
    }
}
