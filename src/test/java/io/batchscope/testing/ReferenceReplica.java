package io.batchscope.testing;

import io.batchscope.data.Batch;
import io.batchscope.train.ParameterTensor;
import io.batchscope.train.Program;
import io.batchscope.train.Program.Loss;
import io.batchscope.train.Replica;
import java.util.Arrays;
import java.util.List;

/** Runs a program in plain Java, double precision and the simplest loops: slow, and easy to check against formulas. */
public final class ReferenceReplica implements Replica {
    private final Program program;
    private final double[] parameters;
    private long seed;

    /** Parameters start at 0. */
    public ReferenceReplica(Program program) {
        this.program = program;
        this.parameters = new double[program.parameterCount()];
    }

    @Override
    public int parameterCount() {
        return parameters.length;
    }

    @Override
    public void readParameters(float[] into) {
        for (int i = 0; i < parameters.length; i++) {
            into[i] = (float) parameters[i];
        }
    }

    @Override
    public void writeParameters(float[] values) {
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = values[i];
        }
    }

    @Override
    public List<Range> heldParameters() {
        return program.heldParameters();
    }

    @Override
    public List<ParameterTensor> tensors() {
        return program.tensors();
    }

    @Override
    public void seed(long newSeed) {
        seed = newSeed;
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        double[] sum = new double[parameters.length];
        double lossSum = gradient(parameters, batch, sum);
        for (int i = 0; i < sum.length; i++) {
            into[i] = (float) ((add ? into[i] : 0) + weight * sum[i]);
        }
        return lossSum;
    }

    /**
     * The sum over the batch of the loss in training mode, with parameters in double precision.
     *
     * @param into takes the gradient of that sum, {@code double[parameterCount]} of zeros before
     */
    public double gradient(double[] at, Batch batch, double[] into) {
        ReferencePass pass = new ReferencePass(program, at, batch, true, seed);
        double[] slopes = new double[pass.last().length];
        double lossSum = 0;
        for (int row = 0; row < batch.size(); row++) {
            lossSum += loss(pass.last(), batch, row, batch.labelSmoothing(), slopes);
        }
        pass.backward(slopes, into);
        return lossSum;
    }

    @Override
    public Score score(Batch batch) {
        double[] outputs = new ReferencePass(program, parameters, batch, false, seed).last();
        double lossSum = 0;
        long correct = 0;
        int width = program.outputs();
        for (int row = 0; row < batch.size(); row++) {
            lossSum += loss(outputs, batch, row, 0, new double[outputs.length]);
            int largest = row * width;
            for (int i = row * width; i < (row + 1) * width; i++) {
                largest = outputs[i] > outputs[largest] ? i : largest;
            }
            correct += largest - row * width == batch.classes()[row] ? 1 : 0;
        }
        return new Score(batch.size(), lossSum, program.loss() instanceof Loss.SoftmaxCrossEntropy ? correct : 0);
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        double[] outputs = new ReferencePass(program, parameters, batch, false, seed).last();
        int width = program.outputs();
        for (int row = 0; row < batch.size(); row++) {
            double[] scores = Arrays.copyOfRange(outputs, row * width, (row + 1) * width);
            if (program.loss() instanceof Loss.SoftmaxCrossEntropy) {
                double largest = Arrays.stream(scores).max().orElseThrow();
                double total =
                        Arrays.stream(scores).map(s -> Math.exp(s - largest)).sum();
                scores = Arrays.stream(scores)
                        .map(s -> Math.exp(s - largest) / total)
                        .toArray();
            }
            for (int i = 0; i < width; i++) {
                into[row * width + i] = (float) scores[i];
            }
        }
    }

    /** Loss of one example, its label smoothed; writes its derivatives by the outputs. */
    private double loss(double[] outputs, Batch batch, int row, double smoothing, double[] slopes) {
        int width = program.outputs();
        double sum = 0;
        if (program.loss() instanceof Loss.SoftmaxCrossEntropy entropy) {
            double[] scores = Arrays.copyOfRange(outputs, row * width, (row + 1) * width);
            double largest = Arrays.stream(scores).max().orElseThrow();
            double total = Arrays.stream(scores).map(s -> Math.exp(s - largest)).sum();
            for (int i = 0; i < width; i++) {
                double probability = Math.exp(scores[i] - largest) / total;
                double label = (i == batch.classes()[row] ? 1 - smoothing : 0) + smoothing / width;
                slopes[row * width + i] = probability - label;
                sum -= label * Math.log(Math.min(Math.max(probability, entropy.clip()), 1 - entropy.clip()));
            }
            return sum;
        }
        for (int i = 0; i < width; i++) {
            double difference = outputs[row * width + i] - batch.targets()[row];
            slopes[row * width + i] = 2 * difference / width;
            sum += difference * difference / width;
        }
        return sum;
    }

    @Override
    public void close() {
        Arrays.fill(parameters, Double.NaN);
    }
}
