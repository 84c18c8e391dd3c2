package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a run is after an update: all that it needs to go on as if it had never stopped. The order of the data, the
 * schedule and the seeds of what is random are functions of the update's number and the plan, so that number is enough.
 *
 * @param trainingId the training that it belongs to, see {@link RunPlan#trainingId}
 * @param step updates done, at least 1
 * @param bytesSent bytes that the first rank sent in updates so far
 * @param numbers what the synchronizer and then the pacing keep, alike on all ranks
 * @param vectors the parameters, then the vectors that the update rule keeps, then those that the ranks keep for themselves,
 *     of rank 0 first; all {@code float[parameterCount]}
 */
public record Checkpoint(
        String trainingId,
        long batchSize,
        long plannedSteps,
        long step,
        Times times,
        Watch watch,
        @Nullable Reached reached,
        Peaks peaks,
        long bytesSent,
        List<Double> numbers,
        List<StepRecord> stepRows,
        List<EvalRecord> evalRows,
        List<float[]> vectors) {
    public Checkpoint {
        numbers = List.copyOf(numbers);
        stepRows = List.copyOf(stepRows);
        evalRows = List.copyOf(evalRows);
        vectors = List.copyOf(vectors);
    }

    /**
     * Where the time of the first rank went, in nanoseconds.
     *
     * @param workers that shared the batches in all that time; 0 if it was not always the same number
     * @param microBatch likewise
     */
    public record Times(
            long computeNanos, long syncNanos, long dataNanos, long totalNanos, int workers, int microBatch) {}

    /** What {@link DivergenceWatch} knows. */
    public record Watch(double limit, double smoothed, long examplesBefore, double lossSumBefore) {}

    /** When the target was first seen passed. */
    public record Reached(long step, double seconds) {}

    /**
     * The most memory seen, in bytes: in a checkpoint on the first rank, at the end of a run on any.
     *
     * @param memoryBytes of the process, as the operating system counts
     * @param heapBytes in use in the process, garbage included
     * @param offHeapBytes native memory of the rank's replica
     */
    public record Peaks(long memoryBytes, long heapBytes, long offHeapBytes) {}

    /** How many of the numbers are the pacing's. */
    private int pacingNumbers(RunPlan plan) {
        return numbers.size() - Synchronizer.ownNumbers(plan.synchronization()) - GradientMeter.NUMBERS;
    }

    /**
     * Refuses to go on with what is not of this training.
     *
     * @throws IllegalArgumentException if it is not
     */
    void requireFits(RunPlan plan, int parameterCount, int vectorCount) {
        if (!trainingId.equals(plan.trainingId())
                || batchSize != plan.batchSize()
                || plannedSteps != plan.plannedSteps()
                || step < 1
                || step >= plannedSteps
                || vectors.size() != vectorCount
                || !Pacing.fits(plan.pace(), pacingNumbers(plan))
                || numbers.stream().anyMatch(number -> number.isNaN())
                || vectors.stream().anyMatch(vector -> vector.length != parameterCount)) {
            throw new IllegalArgumentException("checkpoint of training " + trainingId + " at update " + step
                    + ": must fit training " + plan.trainingId() + " of " + plan.plannedSteps() + " updates and "
                    + parameterCount + " parameters");
        }
    }
}
