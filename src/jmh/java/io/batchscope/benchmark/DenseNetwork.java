package io.batchscope.benchmark;

import io.batchscope.data.Examples;
import io.batchscope.train.Parameters;
import java.util.stream.IntStream;

/**
 * The network of {@link SameLoss}: one hidden layer of sigmoids, softmax, cross-entropy. Its parameters are in the order
 * W₁ {@code [inputs][hidden]}, b₁, W₂ {@code [hidden][outputs]}, b₂, row by row, as Spark MLlib keeps them.
 */
record DenseNetwork(int inputs, int hidden, int outputs) {
    int parameterCount() {
        return (inputs + 1) * hidden + (hidden + 1) * outputs;
    }

    /** The same parameters in this order, from Deeplearning4j's, whose matrices are column by column. */
    Parameters fromDeeplearning4j(float[] parameters) {
        float[] ordered = new float[parameterCount()];
        transpose(parameters, ordered, 0, inputs, hidden);
        transpose(parameters, ordered, (inputs + 1) * hidden, hidden, outputs);
        return new Parameters(ordered);
    }

    private static void transpose(float[] from, float[] into, int offset, int rows, int columns) {
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                into[offset + row * columns + column] = from[offset + column * rows + row];
            }
        }
        System.arraycopy(from, offset + rows * columns, into, offset + rows * columns, columns);
    }

    /** Mean cross-entropy per example in nats. */
    double loss(float[] parameters, Examples examples) {
        return IntStream.range(0, examples.size())
                        .parallel()
                        .mapToDouble(i -> loss(parameters, examples, i))
                        .sum()
                / examples.size();
    }

    private double loss(float[] parameters, Examples examples, int example) {
        float[] features = new float[inputs];
        examples.copyFeatures(example, features, 0);
        float[] activations = affine(parameters, 0, features, hidden);
        for (int j = 0; j < hidden; j++) {
            activations[j] = (float) (1 / (1 + Math.exp(-activations[j])));
        }
        float[] scores = affine(parameters, (inputs + 1) * hidden, activations, outputs);
        double most =
                IntStream.range(0, outputs).mapToDouble(j -> scores[j]).max().orElseThrow();
        double sum = IntStream.range(0, outputs)
                .mapToDouble(j -> Math.exp(scores[j] - most))
                .sum();
        return Math.log(sum) + most - scores[examples.classOf(example)];
    }

    private static float[] affine(float[] parameters, int offset, float[] x, int outputs) {
        float[] y = new float[outputs];
        System.arraycopy(parameters, offset + x.length * outputs, y, 0, outputs);
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < outputs; j++) {
                y[j] += x[i] * parameters[offset + i * outputs + j];
            }
        }
        return y;
    }
}
