package io.batchscope.nn;

import io.batchscope.plan.Task;
import java.util.Set;
import org.nd4j.linalg.lossfunctions.ILossFunction;

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

    private Losses() {}

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
}
