package io.batchscope.analysis;

import io.batchscope.law.Cluster;

/**
 * The model of an update's time beside the time that was measured.
 *
 * @param runs whose median it is
 * @param measuredSeconds median over the runs of {@link StepSeconds}
 * @param predictedSeconds by {@link Cluster}
 * @param slowdown what each worker's own part was multiplied by: one over the processors a worker where workers shared them
 *     ({@code processors_per_worker} below 1), otherwise 1
 * @param fitted whether the model was fitted to these runs, so that it predicts nothing here
 */
public record UpdateCheck(
        int workers,
        long batchSize,
        int runs,
        double measuredSeconds,
        double predictedSeconds,
        double slowdown,
        boolean fitted) {
    /** (predicted − measured) / measured. */
    public double error() {
        return predictedSeconds / measuredSeconds - 1;
    }

    /** Whether workers shared processors. */
    public boolean isOversubscribed() {
        return slowdown > 1;
    }
}
