package io.batchscope.train;

import java.io.Serializable;

/**
 * One tensor of a network's parameters.
 *
 * @param name for people, as {@code layer0_W}
 * @param from its first parameter
 * @param to the parameter after its last, above {@code from}
 * @param kind what it does in its layer
 */
public record ParameterTensor(String name, int from, int to, Kind kind) implements Serializable {
    /** What a tensor does. */
    public enum Kind {
        /** Multiplies inputs. */
        WEIGHT,
        /** Is added. */
        BIAS,
        /** Scale or shift of a normalization. */
        NORMALIZATION
    }
}
