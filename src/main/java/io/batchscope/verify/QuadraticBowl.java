package io.batchscope.verify;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;
import java.util.Arrays;

/**
 * Copies of a quadratic, each with the loss ½(w − 1)ᵀH(w − 1), and the mean of their losses; w begins at its minimum, where all
 * weights are 1.
 */
final class QuadraticBowl implements Replica {
    private final double[][] hessian;
    private final float[] parameters;

    /**
     * @param hessian H, symmetric
     * @param copies how many
     */
    QuadraticBowl(double[][] hessian, int copies) {
        this.hessian = hessian;
        this.parameters = new float[hessian.length * copies];
        Arrays.fill(parameters, 1);
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

    /** H(w − 1) in row {@code i % hessian.length} of the copy that parameter {@code i} is of. */
    private double slope(int i) {
        double[] row = hessian[i % side()];
        int first = i - i % side();
        double sum = 0;
        for (int j = 0; j < row.length; j++) {
            sum += row[j] * (parameters[first + j] - 1.0);
        }
        return sum;
    }

    private int side() {
        return hessian.length;
    }

    private int copies() {
        return parameters.length / side();
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        for (int i = 0; i < parameters.length; i++) {
            into[i] = (float) ((add ? into[i] : 0) + weight * batch.size() * slope(i) / copies());
        }
        return batch.size() * loss();
    }

    private double loss() {
        double sum = 0;
        for (int i = 0; i < parameters.length; i++) {
            sum += (parameters[i] - 1.0) * slope(i) / 2;
        }
        return sum / copies();
    }

    @Override
    public Score score(Batch batch) {
        return new Score(batch.size(), batch.size() * loss(), 0);
    }

    @Override
    public void close() {
        Arrays.fill(parameters, Float.NaN);
    }
}
