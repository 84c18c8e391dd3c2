package io.batchscope.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Which update rule turns a mean gradient into new parameters.
 *
 * @param name the rule
 * @param momentum of {@code sgd} (heavy ball; 0 is plain SGD), {@code nesterov} and {@code lars}, in [0, 1)
 * @param weightDecay λ: added to the gradient as λ·w (sgd, nesterov, adam, lars), decoupled (adamw) or part of the
 *     direction (lamb); at least 0
 * @param beta1 decay of Adam's and LAMB's first moment, in [0, 1)
 * @param beta2 decay of their second moment, in [0, 1)
 * @param epsilon their ε, above 0
 * @param trustCoefficient of {@code lars}, above 0
 * @param decaysAll whether weight decay is on all parameters; otherwise not on biases and on scales and shifts of
 *     normalization, which {@code lars} and {@code lamb} then also leave without a rate of their own
 * @param clipNorm the largest norm of a mean gradient, longer ones are shortened to it; infinite: none is
 */
public record OptimizerConfig(
        Name name,
        double momentum,
        double weightDecay,
        double beta1,
        double beta2,
        double epsilon,
        double trustCoefficient,
        boolean decaysAll,
        double clipNorm)
        implements Serializable {
    /** The rules that exist. */
    public enum Name {
        SGD,
        NESTEROV,
        ADAM,
        ADAMW,
        LARS,
        LAMB;

        /** Whether it keeps Adam's moments. */
        public boolean hasMoments() {
            return this == ADAM || this == ADAMW || this == LAMB;
        }

        /** Whether each layer has a rate of its own. */
        public boolean isLayerWise() {
            return this == LARS || this == LAMB;
        }
    }

    /** Usual trust coefficient; decay on all parameters, unless layers have rates of their own; no clipping. */
    public OptimizerConfig(Name name, double momentum, double weightDecay, double beta1, double beta2, double epsilon) {
        this(name, momentum, weightDecay, beta1, beta2, epsilon, 0.001, !name.isLayerWise(), Double.POSITIVE_INFINITY);
    }

    /** One short line for people and for the column {@code optimizer_settings}: what has no column of its own. */
    public String settings() {
        List<String> words = new ArrayList<>();
        if (name.hasMoments()) {
            words.add("beta1 " + beta1);
            words.add("beta2 " + beta2);
            words.add("epsilon " + epsilon);
        }
        if (name == Name.LARS) {
            words.add("trust coefficient " + trustCoefficient);
        }
        if (weightDecay > 0 && !decaysAll) {
            words.add("decay on weights only");
        }
        if (!Double.isInfinite(clipNorm)) {
            words.add("clip norm " + clipNorm);
        }
        return String.join(", ", words);
    }
}
