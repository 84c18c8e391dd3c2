package io.batchscope.testing;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;
import java.util.Arrays;

/**
 * The loss of an example with features x and target h is h/2·‖w − x‖²: quadratics of which everybody knows everything. The
 * Hessian of an example is h times the identity.
 */
public final class QuadraticReplica implements Replica {
    private final float[] parameters;

    /** Starts at 0. */
    public QuadraticReplica(int dimensions) {
        this.parameters = new float[dimensions];
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

    private double away(Batch batch, int row, int dimension) {
        return (double) parameters[dimension] - batch.features()[row * parameters.length + dimension];
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        double[] sum = new double[parameters.length];
        for (int row = 0; row < batch.size(); row++) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] += batch.targets()[row] * away(batch, row, i);
            }
        }
        for (int i = 0; i < sum.length; i++) {
            into[i] = (float) ((add ? into[i] : 0) + weight * sum[i]);
        }
        return score(batch).lossSum();
    }

    @Override
    public Score score(Batch batch) {
        double loss = 0;
        for (int row = 0; row < batch.size(); row++) {
            for (int i = 0; i < parameters.length; i++) {
                loss += batch.targets()[row] / 2 * Math.pow(away(batch, row, i), 2);
            }
        }
        return new Score(batch.size(), loss, 0);
    }

    @Override
    public void close() {
        Arrays.fill(parameters, Float.NaN);
    }
}
