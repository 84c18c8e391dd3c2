package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.train.TrainingArithmetic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@link TrainingArithmetic} of a Deeplearning4j network that is no program. A dense or convolution layer multiplies all
 * its weights at each position of its output: one of a row, the pixels of an image. Kinds are matched exactly.
 */
final class LayerArithmetic {
    private static final Set<Class<?>> PRODUCTS = Set.of(DenseLayer.class, OutputLayer.class, ConvolutionLayer.class);
    private static final Set<Class<?>> NONE = Set.of(
            ActivationLayer.class,
            BatchNormalization.class,
            DropoutLayer.class,
            GlobalPoolingLayer.class,
            LocalResponseNormalization.class,
            LossLayer.class,
            SubsamplingLayer.class,
            ZeroPaddingLayer.class);
    private static final Set<Class<?>> JOINTS = Set.of(ElementWiseVertex.class, MergeVertex.class);

    private LayerArithmetic() {}

    /**
     * Operations of a forward and a backward pass for one example.
     *
     * @param input a few examples as the network takes them
     * @throws NotCompilableException if it has a layer whose operations are not known, with that layer
     */
    static double perExample(Network network, INDArray input) {
        return network instanceof Network.Graph graph
                ? perExample(graph.network(), input)
                : perExample(((Network.Sequential) network).network(), input);
    }

    private static double perExample(MultiLayerNetwork network, INDArray input) {
        List<INDArray> values = network.feedForward(input, false);
        double sum = 0;
        boolean wantsGradient = false;
        for (int i = 0; i < network.getnLayers(); i++) {
            NetworkLayer layer = NetworkLayer.of(network.getLayer(i), i);
            sum += operations(layer, values.get(i + 1), input.size(0), wantsGradient);
            wantsGradient |= hasParameters(layer.layer());
        }
        return sum;
    }

    private static double perExample(ComputationGraph network, INDArray input) {
        Map<String, INDArray> values = network.feedForward(new INDArray[] {input}, false);
        Map<String, Boolean> wantsGradient = new HashMap<>();
        double sum = 0;
        for (int index : network.topologicalSortOrder()) {
            String name = network.getVertices()[index].getVertexName();
            List<String> inputs = network.getConfiguration().getVertexInputs().getOrDefault(name, List.of());
            boolean wants = inputs.stream().anyMatch(from -> wantsGradient.getOrDefault(from, false));
            GraphVertex vertex = network.getConfiguration().getVertices().get(name);
            if (vertex instanceof LayerVertex) {
                NetworkLayer layer = new NetworkLayer(network.getLayer(name), name);
                INDArray value = Objects.requireNonNull(values.get(name));
                sum += operations(layer, value, input.size(0), wants);
                wants |= hasParameters(layer.layer());
            } else if (vertex != null) {
                require(
                        JOINTS.contains(vertex.getClass()),
                        "vertex '" + name + "' (" + vertex.getClass().getSimpleName() + ")",
                        "its operations are not known");
            }
            wantsGradient.put(name, wants);
        }
        return sum;
    }

    /** Of a layer that puts out {@code value} for so many examples. */
    private static double operations(NetworkLayer layer, INDArray value, long examples, boolean wantsGradient) {
        require(
                PRODUCTS.contains(layer.kind()) || NONE.contains(layer.kind()),
                layer.place(),
                "its operations are not known");
        if (!PRODUCTS.contains(layer.kind())) {
            return 0;
        }
        INDArray weights = Objects.requireNonNull(layer.layer().paramTable().get(DefaultParamInitializer.WEIGHT_KEY));
        long outputs = layer.settings(FeedForwardLayer.class).getNOut();
        double positions = (double) value.length() / (examples * outputs);
        double forward = TrainingArithmetic.OPERATIONS * weights.length() * positions;
        return wantsGradient ? 3 * forward : 2 * forward;
    }

    private static boolean hasParameters(Layer layer) {
        return layer.numParams() > 0;
    }
}
