package io.batchscope.train;

import io.batchscope.data.Batch;
import org.jspecify.annotations.Nullable;

/** A buffer for one micro-batch, and which part of a rank's share of a global batch is in it. */
final class MicroBatch {
    private final Batch batch;
    private long step;
    private int index;
    private int count;
    private int shareSize;
    private @Nullable RuntimeException exception;
    private @Nullable Error error;

    /** @param labelSmoothing see {@link Batch#labelSmoothing} */
    MicroBatch(int capacity, int featureCount, double labelSmoothing) {
        this.batch = new Batch(capacity, featureCount, labelSmoothing);
    }

    /** Its examples; none if the rank has no share of the update's batch. */
    Batch batch() {
        return batch;
    }

    /** The update that it belongs to, from 0. */
    long step() {
        return step;
    }

    /** Which of the update's micro-batches on this rank it is, from 0. */
    int index() {
        return index;
    }

    /** Whether it is the last one of the update on this rank. */
    boolean last() {
        return index + 1 >= count;
    }

    /** Examples of the update on this rank, in all its micro-batches. */
    int shareSize() {
        return shareSize;
    }

    void place(long newStep, int newIndex, int newCount, int newShareSize) {
        step = newStep;
        index = newIndex;
        count = newCount;
        shareSize = newShareSize;
        exception = null;
        error = null;
    }

    /** Keeps what went wrong while it was put together, for the thread that is to compute with it. */
    void fail(RuntimeException cause) {
        exception = cause;
    }

    /** Likewise. */
    void fail(Error cause) {
        error = cause;
    }

    boolean failed() {
        return exception != null || error != null;
    }

    /** Throws what went wrong while it was put together, if anything did. */
    void check() {
        if (exception != null) {
            throw exception;
        }
        if (error != null) {
            throw error;
        }
    }
}
