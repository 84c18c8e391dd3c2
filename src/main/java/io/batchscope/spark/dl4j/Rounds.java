package io.batchscope.spark.dl4j;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A run's training in the hands of one of Deeplearning4j's masters, in rounds of some updates each. */
interface Rounds extends AutoCloseable {
    /** The update after the round that begins with update {@code from}. */
    long end(long from);

    /** Does the updates {@code from … to − 1}. */
    Round train(long from, long to);

    /** The parameters now, a copy. */
    float[] parameters();

    /** Where the workers of the last round ran; empty if that is not known. */
    List<String> hosts();

    @Override
    void close();

    /**
     * What a round gave.
     *
     * @param loss that the master reports
     * @param bytesSent by each worker, on average; null if not measured
     */
    record Round(double loss, @Nullable Long bytesSent, long computeNanos, long dataNanos) {}
}
