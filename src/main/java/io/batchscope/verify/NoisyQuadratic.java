package io.batchscope.verify;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica;
import java.util.Arrays;

/**
 * The noisy quadratic model (Zhang et al. 2019, section 3): the loss is ½ Σ hᵢθᵢ², the gradient for an example with features x of
 * mean 0 and variance 1 is hᵢθᵢ + √cᵢ·xᵢ, and θ begins at 1.
 */
final class NoisyQuadratic implements Replica {
    private final double[] curvatures;
    private final double[] variances;
    private final float[] parameters;

    /**
     * @param curvatures hᵢ
     * @param variances cᵢ
     */
    NoisyQuadratic(double[] curvatures, double[] variances) {
        this.curvatures = curvatures.clone();
        this.variances = variances.clone();
        this.parameters = new float[curvatures.length];
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

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        float[] features = batch.features();
        double[] noise = new double[parameters.length];
        for (int row = 0; row < batch.size(); row++) {
            for (int i = 0; i < noise.length; i++) {
                noise[i] += features[row * noise.length + i];
            }
        }
        for (int i = 0; i < parameters.length; i++) {
            double sum = batch.size() * curvatures[i] * parameters[i] + Math.sqrt(variances[i]) * noise[i];
            into[i] = (float) ((add ? into[i] : 0) + weight * sum);
        }
        return batch.size() * loss();
    }

    private double loss() {
        double loss = 0;
        for (int i = 0; i < parameters.length; i++) {
            loss += curvatures[i] * parameters[i] * parameters[i] / 2;
        }
        return loss;
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
