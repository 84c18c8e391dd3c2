package io.batchscope.testing;

import io.batchscope.train.Operation;
import io.batchscope.train.Operation.BatchNormalization;

/** Batch normalization by the formulas of Ioffe and Szegedy 2015, section 3. */
final class ReferenceNormalization {
    private final BatchNormalization norm;
    private final double[] parameters;
    private final int rows;
    private final int plane;
    private final boolean training;

    /**
     * @param parameters of the network
     * @param plane numbers per example and channel
     */
    ReferenceNormalization(BatchNormalization norm, double[] parameters, int rows, int plane, boolean training) {
        this.norm = norm;
        this.parameters = parameters;
        this.rows = rows;
        this.plane = plane;
        this.training = training;
    }

    /** The channel's values, or the derivatives and the gradient. */
    void run(double[] in, double[] out, double[] inSlopes, double[] outSlopes, boolean back, double[] gradient) {
        for (int channel = 0; channel < norm.channels(); channel++) {
            double mean = training ? batchMean(in, channel) : parameters[norm.mean() + channel];
            double variance = training ? batchVariance(in, channel, mean) : runningVariance(channel);
            double scale = 1 / Math.sqrt(variance + norm.epsilon());
            double gamma = norm.gamma() == Operation.ABSENT ? norm.fixedGamma() : parameters[norm.gamma() + channel];
            double beta = norm.beta() == Operation.ABSENT ? norm.fixedBeta() : parameters[norm.beta() + channel];
            if (back) {
                derive(channel, in, inSlopes, outSlopes, mean, scale, gamma, gradient);
                hold(channel, mean, variance, gradient);
            } else {
                for (int i = 0; i < rows * plane; i++) {
                    out[at(channel, i)] = gamma * (in[at(channel, i)] - mean) * scale + beta;
                }
            }
        }
    }

    private int at(int channel, int i) {
        return (i / plane * norm.channels() + channel) * plane + i % plane;
    }

    private double batchMean(double[] in, int channel) {
        double sum = 0;
        for (int i = 0; i < rows * plane; i++) {
            sum += in[at(channel, i)];
        }
        return sum / (rows * plane);
    }

    private double batchVariance(double[] in, int channel, double mean) {
        double sum = 0;
        for (int i = 0; i < rows * plane; i++) {
            sum += Math.pow(in[at(channel, i)] - mean, 2);
        }
        return sum / (rows * plane);
    }

    private double runningVariance(int channel) {
        double kept = parameters[norm.variance() + channel];
        return norm.logarithmic() ? Math.pow(10, 2 * kept) : kept;
    }

    private void derive(
            int channel,
            double[] in,
            double[] inSlopes,
            double[] outSlopes,
            double mean,
            double scale,
            double gamma,
            double[] gradient) {
        double slopeSum = 0;
        double productSum = 0;
        for (int i = 0; i < rows * plane; i++) {
            slopeSum += outSlopes[at(channel, i)];
            productSum += outSlopes[at(channel, i)] * (in[at(channel, i)] - mean) * scale;
        }
        for (int i = 0; i < rows * plane; i++) {
            double normal = (in[at(channel, i)] - mean) * scale;
            inSlopes[at(channel, i)] +=
                    gamma * scale * (outSlopes[at(channel, i)] - (slopeSum + normal * productSum) / (rows * plane));
        }
        if (norm.gamma() != Operation.ABSENT) {
            gradient[norm.gamma() + channel] += productSum;
        }
        if (norm.beta() != Operation.ABSENT) {
            gradient[norm.beta() + channel] += slopeSum;
        }
    }

    /** What the running statistics are to be lowered by, for each example of the batch. */
    private void hold(int channel, double mean, double variance, double[] gradient) {
        double share = 1.0 - norm.decay();
        gradient[norm.mean() + channel] += rows * share * (parameters[norm.mean() + channel] - mean);
        double running = runningVariance(channel);
        double next = norm.decay() * running + share * variance;
        gradient[norm.variance() + channel] +=
                rows * (norm.logarithmic() ? Math.log10(running / next) / 2 : running - next);
    }
}
