package io.batchscope.units;

/**
 * How one pass over the training set falls into optimizer updates.
 *
 * <p>An epoch of N examples at global batch size B has ⌈N/B⌉ updates; the last one uses what is left, so no example is
 * dropped and none is seen twice in an epoch. A batch never spans two epochs.
 *
 * @param examples N, the number of training examples, at least 1
 * @param batchSize B, the global batch size, 1 … N
 */
public record EpochGeometry(long examples, long batchSize) {
    public EpochGeometry {
        if (examples < 1) {
            throw new IllegalArgumentException("examples must be at least 1, but is " + examples);
        }
        if (batchSize < 1 || batchSize > examples) {
            throw new IllegalArgumentException("batchSize must be in 1 … " + examples + ", but is " + batchSize);
        }
    }

    /** Updates in one epoch, ⌈N/B⌉. */
    public long stepsPerEpoch() {
        return (examples + batchSize - 1) / batchSize;
    }

    /** Examples seen after {@code steps} updates from the start. */
    public long examplesAfter(long steps) {
        long epochs = steps / stepsPerEpoch();
        return epochs * examples + Math.min(examples, (steps % stepsPerEpoch()) * batchSize);
    }

    /** Passes over the training set after {@code steps} updates, a fraction within an epoch. */
    public double epochsAfter(long steps) {
        return (double) examplesAfter(steps) / examples;
    }

    /** The epoch, from 0, that update number {@code step} (from 0) belongs to. */
    public long epochOf(long step) {
        return step / stepsPerEpoch();
    }

    /** Where in its epoch's order the batch of update {@code step} (from 0) starts. */
    public long startOf(long step) {
        return (step % stepsPerEpoch()) * batchSize;
    }

    /** How many examples update {@code step} (from 0) uses: B, or fewer at the end of an epoch. */
    public int sizeOf(long step) {
        return Math.toIntExact(Math.min(batchSize, examples - startOf(step)));
    }

    /** The least number of updates after which at least {@code wanted} examples have been seen. */
    public long stepsForExamples(long wanted) {
        long epochs = wanted / examples;
        return epochs * stepsPerEpoch() + (wanted % examples + batchSize - 1) / batchSize;
    }
}
