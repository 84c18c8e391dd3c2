package io.batchscope.benchmark;

/** A network whose training step is timed. */
public interface TimedNetwork {
    /** Its name on the command line and in tables. */
    String label();

    /** Numbers of one example. */
    int featureCount();

    /**
     * Floating-point operations of one step: two for each multiply-add of the dense and convolution layers, forward, for
     * the gradient of the weights and, except in the layer that takes the data, for the gradient of the input. What is
     * linear in activations or parameters (bias, ReLU, pooling, normalization, softmax, update) is not counted.
     */
    double operations(int batch);
}
