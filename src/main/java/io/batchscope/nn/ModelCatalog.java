package io.batchscope.nn;

import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The models that come with Batchscope, as Deeplearning4j configurations: {@code softmax} and {@code linear} (one layer,
 * convex), {@code mlp} (dense layers), {@code cnn} (5×5×32, pool 2, 5×5×64, pool 2, dense 512), {@code resnet8} ({@link
 * ResidualNetwork}). Classification ends in softmax and cross-entropy, regression in the identity and mean squared error.
 * Weights start as in He et al. 2015 before ReLU and as in Glorot and Bengio 2010 otherwise, biases at 0.
 *
 * <p>With batch normalization every hidden layer of {@code mlp} and {@code cnn} is normalized between its weighted sums,
 * which then have no bias, and its activation function (Ioffe and Szegedy 2015, section 3.2).
 */
final class ModelCatalog {
    private static final int LEAST_CNN_SIDE = 16;

    private ModelCatalog() {}

    /**
     * The model, ready to be tried on the data.
     *
     * @param shape of one example: one number, or channels, height, width
     * @param outputs numbers to put out
     */
    static ImportedModel model(Catalog model, List<Integer> shape, Task task, int outputs) {
        if (!model.name().equals("resnet8")) {
            if (model.zeroInitResidual()) {
                throw new ModelException("model '" + model.name()
                        + "' (study.model.zero-init-residual): must have residual blocks, but has none; use"
                        + " catalog = resnet8, or leave zero-init-residual out");
            }
            return ImportedModel.plain(configuration(model, shape, task, outputs), describe(model));
        }
        requireImages(model, shape, ResidualNetwork.LEAST_SIDE);
        ComputationGraphConfiguration graph =
                ResidualNetwork.configuration(shape, output(task, outputs), Activation.fromString(model.activation()));
        return ImportedModel.plain(
                model.zeroInitResidual()
                        ? ResidualBlocks.startingAsIdentities(graph, "'resnet8' (study.model.catalog)")
                        : graph,
                describe(model));
    }

    /** The model if it is a sequence of layers: all but {@code resnet8}. */
    static MultiLayerConfiguration configuration(Catalog model, List<Integer> shape, Task task, int outputs) {
        int features = shape.stream().reduce(1, (a, b) -> a * b);
        requireTask(model.name(), task);
        NeuralNetConfiguration.ListBuilder layers = defaults().list();
        switch (model.name()) {
            case "softmax", "linear" -> requireNoNormalization(model);
            case "mlp" -> model.hidden().forEach(width -> addDense(layers, model, width));
            case "cnn" -> addConvolutions(layers, shape, model);
            default ->
                throw new ModelException("model '" + model.name()
                        + "' (study.model.catalog): must be one of softmax, linear, mlp, cnn, resnet8; choose one of"
                        + " them");
        }
        layers.layer(output(task, outputs));
        return layers.setInputType(
                        model.name().equals("cnn")
                                ? InputType.convolutionalFlat(shape.get(1), shape.get(2), shape.get(0))
                                : InputType.feedForward(features))
                .build();
    }

    /** What all layers of a model have in common. */
    static NeuralNetConfiguration.Builder defaults() {
        return new NeuralNetConfiguration.Builder()
                // The run sets its own; left alone it would be the clock, and the fingerprint would change with it.
                .seed(0)
                .updater(new NoOp())
                .weightInit(WeightInit.XAVIER);
    }

    private static OutputLayer output(Task task, int outputs) {
        return new OutputLayer.Builder(task == Task.CLASSIFICATION ? LossFunction.MCXENT : LossFunction.MSE)
                .nOut(outputs)
                .activation(task == Task.CLASSIFICATION ? Activation.SOFTMAX : Activation.IDENTITY)
                .build();
    }

    /** One line for people. */
    private static String describe(Catalog model) {
        String name =
                switch (model.name()) {
                    case "mlp" -> "mlp " + model.hidden() + " " + model.activation();
                    case "cnn", "resnet8" -> model.name() + " " + model.activation();
                    default -> model.name();
                };
        return name
                + (model.batchNormalization() && !model.name().equals("resnet8") ? ", batch normalization" : "")
                + (model.zeroInitResidual() ? ", " + ResidualBlocks.DESCRIPTION : "");
    }

    private static void requireTask(String name, Task task) {
        if (name.equals("softmax") && task == Task.REGRESSION) {
            throw new ModelException("model 'softmax' (study.model.catalog): is for classification, but the data set's"
                    + " labels are numbers (regression); use linear or mlp");
        }
        if (name.equals("linear") && task == Task.CLASSIFICATION) {
            throw new ModelException("model 'linear' (study.model.catalog): is for regression, but the data set's"
                    + " labels are classes; use softmax, mlp or cnn");
        }
    }

    private static void requireNoNormalization(Catalog model) {
        if (model.batchNormalization()) {
            throw new ModelException("model '" + model.name() + "' (study.model.batch-normalization): must have hidden"
                    + " layers to normalize, but has none; use mlp, cnn or resnet8");
        }
    }

    private static void requireImages(Catalog model, List<Integer> shape, int leastSide) {
        if (shape.size() != 3 || shape.get(1) < leastSide || shape.get(2) < leastSide) {
            throw new ModelException("model '" + model.name() + "' (study.model.catalog): needs images of at least "
                    + leastSide + "×" + leastSide + ", but examples have the shape " + shape + "; use mlp");
        }
    }

    /** How weights before an activation function start. */
    static WeightInit initialization(Activation activation) {
        return activation == Activation.RELU ? WeightInit.RELU : WeightInit.XAVIER;
    }

    private static void addDense(NeuralNetConfiguration.ListBuilder layers, Catalog model, int width) {
        addHidden(layers, model, new DenseLayer.Builder().nOut(width).hasBias(!model.batchNormalization()));
    }

    private static void addConvolutions(NeuralNetConfiguration.ListBuilder layers, List<Integer> shape, Catalog model) {
        requireImages(model, shape, LEAST_CNN_SIDE);
        for (int channels : new int[] {32, 64}) {
            addHidden(
                    layers,
                    model,
                    new ConvolutionLayer.Builder(5, 5).nOut(channels).hasBias(!model.batchNormalization()));
            layers.layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .build());
        }
        addDense(layers, model, 512);
    }

    /** Weighted sums, normalized if the model says so, and the activation function. */
    private static void addHidden(
            NeuralNetConfiguration.ListBuilder layers, Catalog model, FeedForwardLayer.Builder<?> sums) {
        Activation activation = Activation.fromString(model.activation());
        sums.weightInit(initialization(activation));
        if (model.batchNormalization()) {
            sums.activation(Activation.IDENTITY);
            layers.layer(sums.build())
                    .layer(new BatchNormalization.Builder().build())
                    .layer(new ActivationLayer(activation));
        } else {
            sums.activation(activation);
            layers.layer(sums.build());
        }
    }
}
