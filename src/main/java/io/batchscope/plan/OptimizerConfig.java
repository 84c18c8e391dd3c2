package io.batchscope.plan;

import java.io.Serializable;

/**
 * Which update rule turns a mean gradient into new parameters.
 *
 * @param name the rule
 * @param momentum of {@code sgd} (heavy ball; 0 is plain SGD) and {@code nesterov}, in [0, 1)
 * @param weightDecay λ: added to the gradient as λ·w (sgd, nesterov, adam) or decoupled (adamw); at least 0
 * @param beta1 decay of Adam's first moment, in [0, 1)
 * @param beta2 decay of Adam's second moment, in [0, 1)
 * @param epsilon Adam's ε, above 0
 */
public record OptimizerConfig(
        Name name, double momentum, double weightDecay, double beta1, double beta2, double epsilon)
        implements Serializable {
    /** The rules that exist. */
    public enum Name {
        SGD,
        NESTEROV,
        ADAM,
        ADAMW
    }
}
