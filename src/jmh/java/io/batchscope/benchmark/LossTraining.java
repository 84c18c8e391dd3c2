package io.batchscope.benchmark;

import io.batchscope.train.Parameters;

/** A way to train the network of {@link SameLoss}, on two cores. */
interface LossTraining extends AutoCloseable {
    String title();

    /** How it was set, for the reader. */
    String settings();

    /** What an amount of training is counted in. */
    String unit();

    /**
     * Finds how much training is enough.
     *
     * @param problem what must be reached
     * @return the least amount that it found to reach it
     * @throws IllegalStateException if none is enough within reason
     */
    int enough(LossProblem problem);

    /** Trains from the start for this amount. */
    Trained train(int amount);

    @Override
    void close();

    /**
     * A trained network.
     *
     * @param seconds from the call, with the examples in memory in the form that is wanted, to the parameters
     * @param parameters in the order of {@link DenseNetwork}
     */
    record Trained(double seconds, Parameters parameters) {
        /** Ends the clock. */
        static Trained since(long startNanos, Parameters parameters) {
            return new Trained((System.nanoTime() - startNanos) / 1e9, parameters);
        }
    }
}
