package io.batchscope.analysis;

import io.batchscope.law.UpdateTime;
import org.jspecify.annotations.Nullable;

/**
 * Training on a number of workers, as the laws expect it.
 *
 * @param batchSize the best one for the target; where its law is not known as many examples a worker on all numbers of workers
 * @param update a + s(p) and β of an update; without the sum a and β of one worker alone
 * @param updateSeconds at the batch size
 * @param sumSeconds of these in which the workers sum a gradient
 * @param scalingEfficiency examples a second over those of as many workers that need no sum, in 0 … 1
 * @param epochSeconds of a pass over the training examples
 * @param toTarget null where the target's law is not known
 */
public record SimulatedWorkers(
        int workers,
        long batchSize,
        UpdateTime update,
        Predicted updateSeconds,
        double sumSeconds,
        Predicted scalingEfficiency,
        Predicted epochSeconds,
        @Nullable ToTarget toTarget) {
    private static final double SECONDS_AN_HOUR = 3600;

    /**
     * What the target takes at the batch size.
     *
     * @param bestBatchSize with the interval in which the best batch size lies
     * @param statisticalEfficiency the fewest examples over those at the batch size, in 0 … 1
     * @param speedup seconds of one worker at its best batch size over these
     * @param marginalEfficiency of these workers over the next fewer ones ({@link
     *     io.batchscope.law.Cluster#marginalEfficiency}); null for the fewest
     */
    public record ToTarget(
            Predicted bestBatchSize,
            Predicted seconds,
            Predicted statisticalEfficiency,
            Predicted speedup,
            @Nullable Double marginalEfficiency) {}

    /** Examples of a batch for each worker; the most of any is the next whole number. */
    public double perWorker() {
        return (double) batchSize / workers;
    }

    /** What an update takes whatever its size, but for the sum. */
    public double fixedSeconds() {
        return update.fixedSeconds() - sumSeconds;
    }

    /** What an update's examples take. */
    public double examplesSeconds() {
        return update.secondsPerExample() * perWorker();
    }

    /** Of all workers. */
    public double examplesPerSecond() {
        return batchSize / updateSeconds.value();
    }

    /** All workers' hours to the target; null where its law is not known. */
    public @Nullable Double workerHours() {
        return toTarget == null ? null : (Double) (workers * toTarget.seconds().value() / SECONDS_AN_HOUR);
    }
}
