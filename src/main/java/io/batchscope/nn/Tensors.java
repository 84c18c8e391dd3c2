package io.batchscope.nn;

import io.batchscope.train.ParameterTensor;
import io.batchscope.train.ParameterTensor.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.DefaultParamInitializer;

/** The trained parameter arrays of a Deeplearning4j network. */
final class Tensors {
    private Tensors() {}

    /** All that are not held, in the order of the parameters, named by layer and key as {@code layer0_W}. */
    static List<ParameterTensor> of(Network network) {
        List<ParameterTensor> tensors = new ArrayList<>();
        List<Layer> layers = network.layers();
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            String name = NetworkLayer.of(layer, i).name();
            layer.paramTable().forEach((key, values) -> {
                if (!Dl4jReplica.isHeld(layer, key)) {
                    int from = Math.toIntExact(values.offset());
                    int to = from + Math.toIntExact(values.length());
                    tensors.add(new ParameterTensor(name + "_" + key, from, to, kind(layer, key)));
                }
            });
        }
        tensors.sort(Comparator.comparingInt(ParameterTensor::from));
        return List.copyOf(tensors);
    }

    private static Kind kind(Layer layer, String key) {
        return layer instanceof BatchNormalization
                ? Kind.NORMALIZATION
                : kind(layer.conf().getLayer(), key);
    }

    private static Kind kind(org.deeplearning4j.nn.conf.layers.Layer settings, String key) {
        if (settings instanceof Bidirectional both) {
            // Its own answer takes weights for biases. Its keys are those of the layer in it after a letter for the
            // direction.
            return kind(both.getFwd(), key.substring(1));
        }
        // A dense or recurrent layer's gain is the scale of its layer normalization.
        if (key.equals(DefaultParamInitializer.GAIN_KEY)) {
            return Kind.NORMALIZATION;
        }
        return settings.initializer().isBiasParam(settings, key) ? Kind.BIAS : Kind.WEIGHT;
    }
}
