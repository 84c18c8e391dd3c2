package io.batchscope.nn;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** What the two kinds of Deeplearning4j networks have in common as far as training needs it. */
sealed interface Network {
    /** All parameters, a view. */
    INDArray parameters();

    /** The gradient of the last {@link #backpropagate}, summed over its examples; in the order of the parameters. */
    INDArray gradient();

    /** Forward and backward pass; returns the mean loss per example. */
    double backpropagate(INDArray input, INDArray labels);

    /** Outputs in inference mode, {@code [examples, outputs]}. */
    INDArray output(INDArray input);

    /** The layers that hold parameters. */
    List<org.deeplearning4j.nn.api.Layer> layers();

    /** The network as Deeplearning4j saves it. */
    Model model();

    /** The loss function of the output layer. */
    default ILossFunction loss() {
        Layer last = last();
        if (last instanceof BaseOutputLayer output) {
            return output.getLossFn();
        }
        if (last instanceof LossLayer output) {
            return output.getLossFn();
        }
        throw new ModelException("the model's last layer (" + last.getClass().getSimpleName()
                + "): must be an output or loss layer; end the network in an OutputLayer");
    }

    /** The activation function of the output layer. */
    default IActivation outputActivation() {
        return last() instanceof BaseLayer output ? output.getActivationFn() : new ActivationIdentity();
    }

    private Layer last() {
        List<org.deeplearning4j.nn.api.Layer> layers = layers();
        return layers.get(layers.size() - 1).conf().getLayer();
    }

    /** A sequence of layers. */
    record Sequential(MultiLayerNetwork network) implements Network {
        @Override
        public Model model() {
            return network;
        }

        @Override
        public INDArray parameters() {
            return network.params();
        }

        @Override
        public INDArray gradient() {
            return network.getFlattenedGradients();
        }

        @Override
        public double backpropagate(INDArray input, INDArray labels) {
            network.setInput(input);
            network.setLabels(labels);
            network.computeGradientAndScore();
            return network.score();
        }

        @Override
        public INDArray output(INDArray input) {
            return network.output(input, false);
        }

        @Override
        public List<org.deeplearning4j.nn.api.Layer> layers() {
            return List.of(network.getLayers());
        }
    }

    /** A graph with one input and one output. */
    record Graph(ComputationGraph network) implements Network {
        @Override
        public Model model() {
            return network;
        }

        @Override
        public INDArray parameters() {
            return network.params();
        }

        @Override
        public INDArray gradient() {
            return network.getFlattenedGradients();
        }

        @Override
        public double backpropagate(INDArray input, INDArray labels) {
            network.setInput(0, input);
            network.setLabels(labels);
            network.computeGradientAndScore();
            return network.score();
        }

        @Override
        public INDArray output(INDArray input) {
            return network.outputSingle(false, input);
        }

        @Override
        public List<org.deeplearning4j.nn.api.Layer> layers() {
            List<org.deeplearning4j.nn.api.Layer> layers = new ArrayList<>(List.of(network.getLayers()));
            org.deeplearning4j.nn.api.Layer output = network.getOutputLayer(0);
            layers.remove(output);
            layers.add(output);
            return layers;
        }
    }
}
