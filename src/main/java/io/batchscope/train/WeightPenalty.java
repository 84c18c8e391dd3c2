package io.batchscope.train;

import java.io.Serializable;

/**
 * The model's own L2 penalty ½·l2·‖w‖² on some of its parameters. It is part of what is minimised, and not of the loss
 * that is reported, which stays that of the data. It adds to the optimizer's weight decay.
 *
 * @param from first parameter w of the penalty
 * @param to the parameter after its last, above {@code from}
 * @param l2 strength, above 0
 */
public record WeightPenalty(int from, int to, double l2) implements Serializable {
    /**
     * Adds the penalty's gradient l2·w to a mean gradient.
     *
     * @param parameters w, {@code float[parameterCount]}; not changed
     * @param meanGradient as long; changed
     */
    public void addGradient(float[] parameters, float[] meanGradient) {
        float strength = (float) l2;
        for (int i = from; i < to; i++) {
            meanGradient[i] += strength * parameters[i];
        }
    }
}
