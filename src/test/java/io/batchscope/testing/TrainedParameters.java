package io.batchscope.testing;

import io.batchscope.train.TrainedRun;
import java.util.Objects;

/** What tests ask of a run's last parameters. */
public final class TrainedParameters {
    private TrainedParameters() {}

    /** The parameters of a run that ended well. */
    public static float[] of(TrainedRun run) {
        return Objects.requireNonNull(run.parameters(), () -> run.outcome().toString())
                .values();
    }

    /** ‖a − b‖₂ / ‖b‖₂. */
    public static double relativeDistance(float[] a, float[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < b.length; i++) {
            difference += Math.pow(a[i] - b[i], 2);
            norm += Math.pow(b[i], 2);
        }
        return Math.sqrt(difference / norm);
    }
}
