package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.ActivationFunction.Kind;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationSwish;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** ND4J's activation functions in the words of a program. */
final class ActivationFunctions {
    private static final Map<Class<?>, Kind> WITHOUT_PARAMETER = Map.of(
            ActivationTanH.class, Kind.TANH,
            ActivationSigmoid.class, Kind.LOGISTIC,
            ActivationSoftPlus.class, Kind.SOFTPLUS,
            ActivationSwish.class, Kind.SWISH);

    private ActivationFunctions() {}

    /** The function; none for the identity. */
    static Optional<ActivationFunction> of(IActivation activation, String place) {
        if (activation instanceof ActivationIdentity) {
            return Optional.empty();
        }
        Kind kind = WITHOUT_PARAMETER.get(activation.getClass());
        if (kind != null) {
            return Optional.of(new ActivationFunction(kind, 0));
        }
        if (activation instanceof ActivationReLU rectifier) {
            return Optional.of(rectifier(rectifier, place));
        }
        if (activation instanceof ActivationLReLU leaky) {
            return Optional.of(new ActivationFunction(Kind.RECTIFIER, (float) leaky.getAlpha()));
        }
        if (activation instanceof ActivationELU exponential) {
            // ND4J's gradient takes α to be 1 whatever it is; another α would not train as it does there.
            require(exponential.getAlpha() == 1, place, "elu with alpha " + exponential.getAlpha() + ", not 1");
            return Optional.of(new ActivationFunction(Kind.EXPONENTIAL_LINEAR, 1));
        }
        throw new NotCompilableException(
                place, "the activation function " + activation + " is not one that the fused replica knows");
    }

    private static ActivationFunction rectifier(ActivationReLU rectifier, String place) {
        require(rectifier.getMax() == null, place, "relu with a largest value");
        require(isNothing(rectifier.getThreshold()), place, "relu with a threshold");
        @Nullable Double slope = rectifier.getNegativeSlope();
        return slope == null
                ? ActivationFunction.RECTIFIER
                : new ActivationFunction(Kind.RECTIFIER, slope.floatValue());
    }

    private static boolean isNothing(@Nullable Double value) {
        return value == null || value == 0;
    }
}
