package io.batchscope.fused;

/** One operation (or several fused into one) in a pass. Making it adds its forward steps. */
interface Kernel {
    /**
     * Adds its backward steps.
     *
     * @param gradient of the value it made, weighted and summed over its readers
     */
    void backward(Tensor gradient);
}
