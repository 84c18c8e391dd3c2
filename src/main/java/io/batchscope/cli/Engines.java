package io.batchscope.cli;

import io.batchscope.fused.GemmRate;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.HadoopCheckpoints;
import io.batchscope.spark.SparkTrainingEngine;
import io.batchscope.spark.dl4j.Dl4jGradientSharingEngine;
import io.batchscope.spark.dl4j.Dl4jParameterAveragingEngine;
import io.batchscope.train.MachineRate;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingEngine;
import io.batchscope.train.TrainingListener;
import org.apache.spark.sql.SparkSession;

/**
 * The engine that each run's mode asks for; a study may have runs of all modes.
 *
 * @param stepLoop trains by the step loop
 * @param averaging Deeplearning4j's ParameterAveragingTrainingMaster
 * @param sharing Deeplearning4j's SharedTrainingMaster
 */
record Engines(TrainingEngine stepLoop, TrainingEngine averaging, TrainingEngine sharing) implements TrainingEngine {
    static Engines of(SparkSession session, StudySetup setup, HadoopCheckpoints checkpoints) {
        // The rate of matrix products is that of processors, which tells nothing of work on GPUs.
        boolean onGpus = setup.plan().replica().kind() == ReplicaKind.CUDA;
        return new Engines(
                new SparkTrainingEngine(
                        session,
                        setup.data(),
                        setup.replicas(),
                        setup.gpus(),
                        onGpus ? MachineRate.NONE : new GemmRate(),
                        checkpoints),
                new Dl4jParameterAveragingEngine(session, setup.data(), setup.model()),
                new Dl4jGradientSharingEngine(session, setup.data(), setup.model()));
    }

    @Override
    public TrainedRun train(RunPlan plan, TrainingListener listener) {
        TrainingEngine engine =
                switch (plan.synchronization().mode()) {
                    case SYNCHRONOUS, PARAMETER_AVERAGING, GRADIENT_SHARING -> stepLoop;
                    case DL4J_PARAMETER_AVERAGING -> averaging;
                    case DL4J_GRADIENT_SHARING -> sharing;
                };
        return engine.train(plan, listener);
    }
}
