package io.batchscope.nn;

import io.batchscope.data.Batch;
import io.batchscope.plan.Task;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes Deeplearning4j's data sets of one model's examples; travels to the workers.
 *
 * @param inputShape of one example as the network takes it, without the batch dimension
 * @param outputs classes, or targets per example
 */
public record DataSets(List<Integer> inputShape, Task task, int outputs) implements Serializable {
    public DataSets {
        inputShape = List.copyOf(inputShape);
    }

    /** The batch's examples: features {@code [size, inputShape]}, labels one-hot or as they are, {@code [size, outputs]}. */
    public DataSet of(Batch batch) {
        int size = batch.size();
        float[] labels = new float[size * outputs];
        if (task == Task.CLASSIFICATION) {
            for (int row = 0; row < size; row++) {
                labels[row * outputs + batch.classes()[row]] = 1;
            }
        } else {
            System.arraycopy(batch.targets(), 0, labels, 0, size);
        }
        long[] shape = new long[inputShape.size() + 1];
        shape[0] = size;
        for (int i = 0; i < inputShape.size(); i++) {
            shape[i + 1] = inputShape.get(i);
        }
        return new DataSet(array(batch.features(), shape), array(labels, size, outputs));
    }

    private static INDArray array(float[] values, long... shape) {
        int length = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
        float[] exact = values.length == length ? values : Arrays.copyOf(values, length);
        return Nd4j.create(exact, shape, 'c');
    }
}
