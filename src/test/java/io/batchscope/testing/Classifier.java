package io.batchscope.testing;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;

/**
 * A classifier without anything to learn: an example's features are its class probabilities, each times one parameter, 1 at the
 * start.
 */
public final class Classifier implements Replica {
    private final float[] scale = {1};

    @Override
    public int parameterCount() {
        return 1;
    }

    @Override
    public void readParameters(float[] into) {
        into[0] = scale[0];
    }

    @Override
    public void writeParameters(float[] values) {
        scale[0] = values[0];
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        into[0] = add ? into[0] : 0;
        return 0;
    }

    @Override
    public Score score(Batch batch) {
        int classes = batch.featureCount();
        double loss = 0;
        long correct = 0;
        for (int row = 0; row < batch.size(); row++) {
            float[] probabilities = java.util.Arrays.copyOfRange(batch.features(), row * classes, (row + 1) * classes);
            int largest = 0;
            for (int i = 1; i < classes; i++) {
                largest = probabilities[i] > probabilities[largest] ? i : largest;
            }
            loss -= Math.log(probabilities[batch.classes()[row]] * scale[0]);
            correct += largest == batch.classes()[row] ? 1 : 0;
        }
        return new Score(batch.size(), loss, correct);
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        for (int i = 0; i < batch.size() * batch.featureCount(); i++) {
            into[i] = batch.features()[i] * scale[0];
        }
    }

    @Override
    public void close() {
        scale[0] = Float.NaN;
    }
}
