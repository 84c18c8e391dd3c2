package io.batchscope.nn;

import io.batchscope.plan.Task;
import java.util.Set;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/** Which loss functions go with which task. */
final class Losses {
    private static final Set<String> CLASSIFICATION = Set.of(
            "LossMCXENT",
            "LossNegativeLogLikelihood",
            "LossSparseMCXENT",
            "LossBinaryXENT",
            "LossHinge",
            "LossSquaredHinge",
            "LossFMeasure",
            "LossKLD");

    /** What labels can be smoothed for, for messages. */
    static final String SMOOTHABLE =
            "cross-entropy (MCXENT, negative log-likelihood) of a softmax without class weights";

    private Losses() {}

    /**
     * Whether a network's loss is what label smoothing is defined for: cross-entropy, which is linear in the labels and whose
     * labels may be any distribution (Szegedy et al. 2016, section 7).
     */
    static boolean smoothable(Network network, Task task) {
        Class<?> kind = network.loss().getClass();
        return task == Task.CLASSIFICATION
                && (kind == LossMCXENT.class || kind == LossNegativeLogLikelihood.class)
                && network.outputActivation() instanceof ActivationSoftmax
                && ((LossMCXENT) network.loss()).getWeights() == null;
    }

    static void requireFits(ILossFunction loss, Task task, String place) {
        String name = loss.getClass().getSimpleName();
        if (name.equals("LossSparseMCXENT")) {
            throw new ModelException("model " + place + ": its loss function " + name
                    + " takes class numbers, but labels come one-hot; use MCXENT, which is the same function");
        }
        if (task == Task.REGRESSION && CLASSIFICATION.contains(name)) {
            throw new ModelException(
                    "model " + place + ": its loss function " + name
                            + " is for classification, but the data set's labels are numbers; use MSE or another regression loss");
        }
    }

    /**
     * What stands for {@code activation} where a loss is computed from outputs that have gone through it. Cross-entropy
     * keeps probabilities above 0 only behind a softmax, so that has to be recognised: 0 · log 0 is not a number.
     */
    static IActivation applied(IActivation activation) {
        return activation instanceof ActivationSoftmax ? new AppliedSoftmax() : new ActivationIdentity();
    }

    /** A softmax of what is one already. */
    private static final class AppliedSoftmax extends ActivationSoftmax {
        private static final long serialVersionUID = 1L;

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            return in;
        }
    }
}
