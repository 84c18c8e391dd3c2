package io.batchscope.plan;

import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.BatchSize;
import io.batchscope.units.EpochGeometry;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One training run with every number resolved; all a machine needs beside the data and the model.
 *
 * @param runId a letter and a hash of everything below that changes the result
 * @param trainingId the same without how the batch is spread: alike for any number of workers and any micro-batch, so that
 *     a checkpoint can be continued on another cluster; where the spread changes results by more than rounding
 *     ({@link ModelFacts#spreadMatters}), it is in both names
 * @param batchSize the global batch size: examples that all workers together take in one update, see {@link Synchronization}
 * @param workers ranks that train it
 * @param microBatch the most examples a rank pushes through the network at once; where Deeplearning4j trains, at
 *     least its share of a batch
 * @param lanes strands of the epoch order (see {@code data.EpochOrder}); the same for all runs of a study
 * @param trainExamples training examples used
 * @param synchronization how the workers agree on parameters
 * @param replica what computes the gradients; where Deeplearning4j trains, its own
 * @param peakLearningRate after scaling and capping; what warmup ends at
 * @param plannedSteps optimizer updates
 * @param evaluateEvery updates between evaluations of the validation split
 * @param stepRowEvery updates between rows in {@code steps}
 * @param target the goal, if the study has one
 * @param secondsLimit safety stop on training time; infinite without one
 * @param divergenceFactor see {@link StudyConfig.EvaluationConfig}
 * @param transport how the workers reach each other
 * @param timeoutSeconds the longest wait for another worker
 * @param retries how often a run that lost a worker is continued from its last checkpoint
 * @param checkpoints how often it writes down where it is
 */
public record RunPlan(
        String runId,
        String trainingId,
        String study,
        Task task,
        long batchSize,
        int workers,
        int microBatch,
        int lanes,
        long seed,
        long trainExamples,
        String dataFingerprint,
        String modelFingerprint,
        Synchronization synchronization,
        ReplicaKind replica,
        OptimizerConfig optimizer,
        ScalingRule scalingRule,
        double baseLearningRate,
        double peakLearningRate,
        long warmupSteps,
        LearningRateSchedule schedule,
        long plannedSteps,
        long evaluateEvery,
        long stepRowEvery,
        @Nullable Target target,
        double secondsLimit,
        double divergenceFactor,
        Transport transport,
        double timeoutSeconds,
        int retries,
        CheckpointPolicy checkpoints)
        implements Serializable {
    /** How the epochs of this run fall into updates. */
    public EpochGeometry geometry() {
        return new EpochGeometry(trainExamples, batchSize);
    }

    /** Whether this program's own step loop trains it; otherwise Deeplearning4j does, from first to last update. */
    public boolean usesStepLoop() {
        return !synchronization.mode().isDeeplearning4j();
    }

    /** How one update's examples are spread over workers and micro-batches. */
    public BatchSize layout() {
        return new BatchSize(batchSize, workers, microBatch);
    }
}
