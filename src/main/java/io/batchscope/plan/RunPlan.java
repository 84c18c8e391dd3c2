package io.batchscope.plan;

import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.BatchSize;
import io.batchscope.units.BatchTrajectory;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One training run with every number resolved; all a machine needs beside the data and the model.
 *
 * @param runId a letter and a hash of everything below that changes the result
 * @param trainingId the same without how the batch is spread: alike for any number of workers and any micro-batch, so that
 *     a checkpoint can be continued on another cluster; where the spread changes results by more than rounding
 *     ({@link ModelFacts#spreadMatters}), it is in both names
 * @param batchSize the global batch size: examples that all workers together take in one update, see {@link
 *     Synchronization}; where it changes, the first one
 * @param workers ranks that train it
 * @param microBatch the most examples a rank pushes through the network at once; where Deeplearning4j trains, at
 *     least its share of a batch
 * @param lanes strands of the epoch order (see {@code data.EpochOrder}); the same for all runs of a study
 * @param trainExamples training examples used
 * @param synchronization how the workers agree on parameters
 * @param replica what computes the gradients; where Deeplearning4j trains, its own
 * @param tf32 whether its products may round their factors to TF32; only where the replica is {@link ReplicaKind#CUDA}
 * @param peakLearningRate after scaling, capping and the factor; what warmup ends at
 * @param optimizer the update rule, as scaled for this batch size
 * @param schedule what the rate follows; how fast, and what else it is multiplied by, is the pace's matter
 * @param plannedSteps optimizer updates; where the pace measures, at most
 * @param evaluateEvery updates between evaluations of the validation split
 * @param stepRowEvery updates between rows in {@code steps}
 * @param target the goal, if the study has one
 * @param secondsLimit safety stop on training time; infinite without one
 * @param divergenceFactor see {@link StudyConfig.EvaluationConfig}
 * @param transport how the workers reach each other
 * @param timeoutSeconds the longest wait for another worker
 * @param retries how often a run that lost a worker is continued from its last checkpoint
 * @param checkpoints how often it writes down where it is
 * @param learningRateFactor what the rate that the rule gives is multiplied by, in a search for the best one; it is in
 *     {@code peakLearningRate} and {@code schedule}
 * @param labelNoise share of the training examples that have a wrong label, in [0, 1)
 * @param measures what it measures about its gradients on the way
 * @param probes what it measures in the end
 */
public record RunPlan(
        String runId,
        String trainingId,
        String study,
        Recipe recipe,
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
        boolean tf32,
        OptimizerConfig optimizer,
        Regularization regularization,
        ScalingRule scalingRule,
        double baseLearningRate,
        double peakLearningRate,
        long warmupSteps,
        LearningRateSchedule schedule,
        Pace pace,
        long plannedSteps,
        long evaluateEvery,
        long stepRowEvery,
        @Nullable Target target,
        double secondsLimit,
        double divergenceFactor,
        Transport transport,
        double timeoutSeconds,
        int retries,
        CheckpointPolicy checkpoints,
        double learningRateFactor,
        double labelNoise,
        Measures measures,
        List<ProbeKind> probes)
        implements Serializable {
    public RunPlan {
        probes = List.copyOf(probes);
    }

    /**
     * Which of a study's recipes.
     *
     * @param name empty where the study has one without a name
     * @param number from 0, in the order of the configuration
     */
    public record Recipe(String name, int number) implements Serializable {
        /** The only one of a study. */
        public static final Recipe ONLY = new Recipe("", 0);
    }

    /** How the training set falls into the updates of this run; where measurements decide ({@link Pace}), as it begins. */
    public BatchTrajectory geometry() {
        BatchTrajectory constant = BatchTrajectory.constant(trainExamples, batchSize);
        return pace instanceof Pace.Planned planned && !planned.growth().isEmpty()
                ? new BatchTrajectory(
                        trainExamples,
                        Stream.concat(constant.phases().stream(), planned.growth().stream())
                                .toList())
                : constant;
    }

    /** Training examples that its updates use, over all epochs; where the pace measures, at most. */
    public long plannedExamples() {
        return pace instanceof Pace.ByNoise byNoise
                ? byNoise.plannedExamples()
                : geometry().examplesAfter(plannedSteps);
    }

    /** The largest batch that an update of this run may have. */
    public long largestBatch() {
        return pace instanceof Pace.ByNoise byNoise
                ? byNoise.most()
                : geometry().largestBatch();
    }

    /** Whether this program's own step loop trains it; otherwise Deeplearning4j does, from first to last update. */
    public boolean usesStepLoop() {
        return !synchronization.mode().isDeeplearning4j();
    }

    /** {@code × 0.5}: what the rate was multiplied by. */
    public String factorText() {
        return "× "
                + BigDecimal.valueOf(learningRateFactor).stripTrailingZeros().toPlainString();
    }

    /** How one update's examples are spread over workers and micro-batches. */
    public BatchSize layout() {
        return new BatchSize(batchSize, workers, microBatch);
    }
}
