package io.batchscope.fused;

import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Dense;

/**
 * The gradient of a dense layer's parameters for a single example, straight into the caller's array: moving the result
 * of a matrix product there would take longer than computing it.
 */
final class OuterProduct implements Step {
    private final Dense operation;
    private final Receiver receiver;
    private final Tensor delta;
    private final Tensor input;
    private final float[] deltas;
    private final float[] inputs;

    /**
     * @param delta gradient of the layer's sums, {@code [1, outputCount]}
     * @param input of the layer, {@code [1, inputCount]}
     */
    OuterProduct(Lowering lowering, Dense operation, Tensor delta, Tensor input) {
        this.operation = operation;
        this.receiver = lowering.receiver();
        this.delta = delta;
        this.input = input;
        this.deltas = new float[operation.outputCount()];
        this.inputs = new float[operation.inputCount()];
    }

    @Override
    public void run() {
        delta.data().get(deltas);
        input.data().get(inputs);
        float[] into = receiver.target();
        for (int o = 0; o < deltas.length; o++) {
            put(deltas[o], inputs, receiver.adds(), into, operation.weights() + o * inputs.length);
        }
        if (operation.bias() != Operation.ABSENT) {
            put(1f, deltas, receiver.adds(), into, operation.bias());
        }
    }

    /** {@code into[at + i] = factor · from[i]}, or adds that. */
    private static void put(float factor, float[] from, boolean add, float[] into, int at) {
        if (add) {
            for (int i = 0; i < from.length; i++) {
                into[at + i] += factor * from[i];
            }
        } else {
            for (int i = 0; i < from.length; i++) {
                into[at + i] = factor * from[i];
            }
        }
    }
}
