package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.train.Operation;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer of a built network, with what several kinds of layers have in common.
 *
 * @param layer as built, so that its parameters have their places
 * @param name for messages
 */
record NetworkLayer(Layer layer, String name) {
    /** By the name that its configuration gives it, or its number. */
    static NetworkLayer of(Layer layer, int index) {
        @Nullable String name = layer.conf().getLayer().getLayerName();
        return new NetworkLayer(layer, name == null ? "layer" + index : name);
    }

    /** Class of the layer's settings, or of the layer itself where it hides that it is a frozen one. */
    Class<?> kind() {
        return layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop
                ? layer.getClass()
                : layer.conf().getLayer().getClass();
    }

    /** How messages name it. */
    String place() {
        return "layer '" + name + "' (" + kind().getSimpleName() + ")";
    }

    <T> T settings(Class<T> kind) {
        return kind.cast(layer.conf().getLayer());
    }

    /** Where a parameter array starts in the network's parameters. */
    int offset(String key) {
        INDArray values = layer.paramTable().get(key);
        if (values == null) {
            throw new NotCompilableException(place(), "has no parameters " + key);
        }
        return Math.toIntExact(values.offset());
    }

    void requireNoWeightNoise(BaseLayer settings) {
        require(settings.getWeightNoise() == null, place(), "weight noise");
    }

    /** W·x + b of a dense or an output layer, x after the layer's dropout. */
    Value weightedSums(ProgramDraft draft, Value in, FeedForwardLayer settings, boolean bias) {
        requireNoWeightNoise(settings);
        Value kept = dropout(draft, in, settings.getIDropout());
        return draft.add(
                new Operation.Dense(
                        kept.plain(place()),
                        Math.toIntExact(settings.getNIn()),
                        Math.toIntExact(settings.getNOut()),
                        offset(DefaultParamInitializer.WEIGHT_KEY),
                        bias ? offset(DefaultParamInitializer.BIAS_KEY) : Operation.ABSENT),
                place());
    }

    /** What dropout leaves of a value; zeros around an image stay zeros. */
    Value dropout(ProgramDraft draft, Value in, @Nullable IDropout dropout) {
        if (dropout == null) {
            return in;
        }
        require(
                dropout.getClass() == Dropout.class,
                place(),
                dropout.getClass().getSimpleName() + " is not a kind of dropout that the fused replica knows");
        Dropout constant = (Dropout) dropout;
        require(constant.getPSchedule() == null, place(), "dropout with a schedule");
        if (constant.getP() == 1) {
            return in;
        }
        Value kept = draft.add(new Operation.Dropout(in.index(), constant.getP()), place());
        return new Value(kept.index(), kept.shape(), in.margin());
    }
}
