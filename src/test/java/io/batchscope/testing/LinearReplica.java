package io.batchscope.testing;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;
import java.util.Arrays;
import java.util.List;

/** y = w·x with squared error, in plain Java: a network whose training has a closed form. The last parameter is held. */
public final class LinearReplica implements Replica {
    private final float[] parameters;
    private final float heldChange;

    /**
     * @param features inputs
     * @param heldChange what the held parameter asks to be lowered by at every update
     */
    public LinearReplica(int features, float heldChange) {
        this.parameters = new float[features + 1];
        this.heldChange = heldChange;
    }

    @Override
    public int parameterCount() {
        return parameters.length;
    }

    @Override
    public void readParameters(float[] into) {
        System.arraycopy(parameters, 0, into, 0, parameters.length);
    }

    @Override
    public void writeParameters(float[] values) {
        System.arraycopy(values, 0, parameters, 0, parameters.length);
    }

    @Override
    public List<Range> heldParameters() {
        return List.of(new Range(parameters.length - 1, parameters.length));
    }

    private double residual(Batch batch, int row) {
        double sum = -batch.targets()[row];
        for (int i = 0; i < batch.featureCount(); i++) {
            sum += (double) parameters[i] * batch.features()[row * batch.featureCount() + i];
        }
        return sum;
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        if (!add) {
            Arrays.fill(into, 0, parameters.length, 0f);
        }
        for (int row = 0; row < batch.size(); row++) {
            double slope = 2 * weight * residual(batch, row);
            for (int i = 0; i < batch.featureCount(); i++) {
                into[i] += (float) (slope * batch.features()[row * batch.featureCount() + i]);
            }
        }
        into[parameters.length - 1] += weight * heldChange * batch.size();
        return score(batch).lossSum();
    }

    @Override
    public Score score(Batch batch) {
        double loss = 0;
        for (int row = 0; row < batch.size(); row++) {
            loss += Math.pow(residual(batch, row), 2);
        }
        return new Score(batch.size(), loss, 0);
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        for (int row = 0; row < batch.size(); row++) {
            into[row] = (float) (residual(batch, row) + batch.targets()[row]);
        }
    }

    @Override
    public void close() {
        Arrays.fill(parameters, Float.NaN);
    }
}
