package io.batchscope.nn;

import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * The models that come with Batchscope, as Deeplearning4j configurations: {@code softmax} and {@code linear} (one layer,
 * convex), {@code mlp} (dense layers), {@code cnn} (5×5×32, pool 2, 5×5×64, pool 2, dense 512). Classification ends in
 * softmax and cross-entropy, regression in the identity and mean squared error. Weights start as in He et al. 2015
 * before ReLU and as in Glorot and Bengio 2010 otherwise, biases at 0.
 */
final class ModelCatalog {
    private static final int LEAST_CNN_SIDE = 16;

    private ModelCatalog() {}

    /**
     * @param shape of one example: one number, or channels, height, width
     * @param outputs numbers to put out
     */
    static MultiLayerConfiguration configuration(Catalog model, List<Integer> shape, Task task, int outputs) {
        int features = shape.stream().reduce(1, (a, b) -> a * b);
        requireTask(model.name(), task);
        NeuralNetConfiguration.ListBuilder layers = new NeuralNetConfiguration.Builder()
                // The run sets its own; left alone it would be the clock, and the fingerprint would change with it.
                .seed(0)
                .updater(new NoOp())
                .weightInit(WeightInit.XAVIER)
                .list();
        Activation activation = Activation.fromString(model.activation());
        switch (model.name()) {
            case "softmax", "linear" -> {}
            case "mlp" -> model.hidden().forEach(width -> layers.layer(dense(width, activation)));
            case "cnn" -> addConvolutions(layers, shape, activation);
            default ->
                throw new ModelException("model '" + model.name()
                        + "' (study.model.catalog): must be one of softmax, linear, mlp, cnn; choose one of them");
        }
        layers.layer(new OutputLayer.Builder(task == Task.CLASSIFICATION ? LossFunction.MCXENT : LossFunction.MSE)
                .nOut(outputs)
                .activation(task == Task.CLASSIFICATION ? Activation.SOFTMAX : Activation.IDENTITY)
                .build());
        return layers.setInputType(
                        model.name().equals("cnn")
                                ? InputType.convolutionalFlat(shape.get(1), shape.get(2), shape.get(0))
                                : InputType.feedForward(features))
                .build();
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

    private static DenseLayer dense(int width, Activation activation) {
        return new DenseLayer.Builder()
                .nOut(width)
                .activation(activation)
                .weightInit(initialization(activation))
                .build();
    }

    private static WeightInit initialization(Activation activation) {
        return activation == Activation.RELU ? WeightInit.RELU : WeightInit.XAVIER;
    }

    private static void addConvolutions(
            NeuralNetConfiguration.ListBuilder layers, List<Integer> shape, Activation activation) {
        if (shape.size() != 3 || shape.get(1) < LEAST_CNN_SIDE || shape.get(2) < LEAST_CNN_SIDE) {
            throw new ModelException("model 'cnn' (study.model.catalog): needs images of at least " + LEAST_CNN_SIDE
                    + "×" + LEAST_CNN_SIDE + ", but examples have the shape " + shape + "; use mlp");
        }
        for (int channels : new int[] {32, 64}) {
            layers.layer(new ConvolutionLayer.Builder(5, 5)
                    .nOut(channels)
                    .activation(activation)
                    .weightInit(initialization(activation))
                    .build());
            layers.layer(new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                    .kernelSize(2, 2)
                    .stride(2, 2)
                    .build());
        }
        layers.layer(dense(512, activation));
    }
}
