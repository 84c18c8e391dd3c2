package io.batchscope.units;

/**
 * How one global batch is spread: global = workers × per worker × accumulation, where nothing need divide anything.
 *
 * @param global examples in one optimizer update
 * @param workers ranks that share them, at least 1; with more workers than examples some hold an empty share
 * @param microBatch the most examples a worker pushes through the network at once, at least 1
 */
public record BatchSize(long global, int workers, int microBatch) {
    public BatchSize {
        if (global < 1 || workers < 1 || microBatch < 1) {
            throw new IllegalArgumentException(
                    "a batch needs at least 1 example, 1 worker and a micro-batch of 1, but is global " + global
                            + ", workers " + workers + ", micro-batch " + microBatch);
        }
    }

    /** The most examples one worker handles in one update, ⌈global / workers⌉. */
    public long perWorker() {
        return (global + workers - 1) / workers;
    }

    /** Micro-batches whose gradients a worker adds up before the update, ⌈per worker / micro-batch⌉. */
    public int accumulation() {
        return Math.toIntExact((perWorker() + microBatch - 1) / microBatch);
    }
}
