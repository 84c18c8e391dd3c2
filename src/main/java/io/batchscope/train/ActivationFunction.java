package io.batchscope.train;

import java.io.Serializable;

/**
 * A function of one number.
 *
 * @param kind which
 * @param alpha its parameter α where it has one, otherwise 0
 */
public record ActivationFunction(Kind kind, float alpha) implements Serializable {
    /** max(x, 0). */
    public static final ActivationFunction RECTIFIER = new ActivationFunction(Kind.RECTIFIER, 0);

    /** Whether f′(x) follows from f(x), so that the argument need not be kept. */
    public boolean slopeFollowsFromResult() {
        return switch (kind) {
            case RECTIFIER, EXPONENTIAL_LINEAR -> alpha >= 0;
            case TANH, LOGISTIC -> true;
            case SOFTPLUS, SWISH -> false;
        };
    }

    /** The functions known. */
    public enum Kind {
        /** max(x, 0) + α·min(x, 0); α = 0 is the rectifier, others are leaky ones. Its slope at 0 is α. */
        RECTIFIER,
        /** tanh x. */
        TANH,
        /** 1/(1 + e⁻ˣ). */
        LOGISTIC,
        /** x above 0, α·(eˣ − 1) below. */
        EXPONENTIAL_LINEAR,
        /** log(1 + eˣ). */
        SOFTPLUS,
        /** x/(1 + e⁻ˣ). */
        SWISH
    }
}
