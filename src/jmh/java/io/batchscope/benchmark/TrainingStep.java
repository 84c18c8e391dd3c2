package io.batchscope.benchmark;

/** What is timed: the gradient of one batch, the optimizer's update, the new parameters where the next step finds them. */
public interface TrainingStep extends AutoCloseable {
    /** Nesterov momentum of every contender. */
    double MOMENTUM = 0.9;

    /** Small, so that thousands of steps on the same few batches stay in ordinary numbers. */
    double LEARNING_RATE = 1e-3;

    /** Does one step. */
    void run();

    @Override
    void close();
}
