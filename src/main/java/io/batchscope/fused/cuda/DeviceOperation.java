package io.batchscope.fused.cuda;

/** One operation (with the activation fused into it) in a pass on a device. Making it adds its forward steps. */
interface DeviceOperation {
    /**
     * Adds its backward steps.
     *
     * @param gradient of the value it made, weighted and summed over its readers; not to be written to
     */
    void backward(DeviceTensor gradient);
}
