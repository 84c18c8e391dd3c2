package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.plan.Task;
import io.batchscope.train.Program;
import io.batchscope.train.Program.Loss;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** The last layer of a network: its operations, and what is minimised. */
final class OutputCompiler {
    private OutputCompiler() {}

    /**
     * The whole program.
     *
     * @param draft all layers but the last
     * @param in what the last layer takes
     */
    static Program finish(ProgramDraft draft, Value in, NetworkLayer layer, Task task, int parameterCount) {
        Value sums;
        ILossFunction lossFunction;
        IActivation activation;
        if (layer.kind() == OutputLayer.class) {
            BaseOutputLayer settings = layer.settings(OutputLayer.class);
            sums = layer.weightedSums(draft, in, settings, settings.hasBias());
            lossFunction = settings.getLossFn();
            activation = settings.getActivationFn();
        } else {
            // Deeplearning4j does not apply the dropout of a loss layer.
            require(layer.kind() == LossLayer.class, layer.place(), "not an output that the fused replica knows");
            LossLayer settings = layer.settings(LossLayer.class);
            sums = in;
            lossFunction = settings.getLossFn();
            activation = settings.getActivationFn();
        }
        Loss loss = task == Task.CLASSIFICATION
                ? crossEntropy(lossFunction, activation, layer.place())
                : squaredError(lossFunction, layer.place());
        Value last =
                task == Task.CLASSIFICATION ? sums : LayerCompiler.activation(draft, sums, activation, layer.place());
        last.plain(layer.place());
        require(!last.isImage(), layer.place(), "takes rows, but gets images of " + last.shape());
        require(
                task == Task.CLASSIFICATION || last.shape().equals(List.of(1)),
                layer.place(),
                "puts out " + last.shape() + " numbers, but there is one target");
        return new Program(draft.inputShape(), draft.operations(), loss, parameterCount);
    }

    private static Loss crossEntropy(ILossFunction loss, IActivation activation, String place) {
        Class<?> kind = loss.getClass();
        require(
                (kind == LossMCXENT.class || kind == LossNegativeLogLikelihood.class)
                        && activation instanceof ActivationSoftmax,
                place,
                loss + " after " + activation
                        + ", but for classes the fused replica knows cross-entropy after softmax");
        LossMCXENT entropy = (LossMCXENT) loss;
        require(entropy.getWeights() == null, place, "classes with weights");
        return new Loss.SoftmaxCrossEntropy((float) entropy.getSoftmaxClipEps());
    }

    private static Loss squaredError(ILossFunction loss, String place) {
        require(
                loss.getClass() == LossMSE.class,
                place,
                loss + ", but for numbers the fused replica knows the mean squared error");
        require(((LossMSE) loss).getWeights() == null, place, "outputs with weights");
        return new Loss.MeanSquaredError();
    }
}
