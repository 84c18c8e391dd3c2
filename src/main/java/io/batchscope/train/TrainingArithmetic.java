package io.batchscope.train;

import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import java.util.List;

/**
 * How much arithmetic training a {@link Program} takes: floating-point operations, of which a multiply-add is two. Only
 * matrix products and convolutions count; what is linear in activations or parameters (bias, activation, pooling,
 * normalization, loss, update) is left out. It is what training needs, whoever computes it (the model's operations of
 * Chowdhery et al. 2022), so a utilization made of it cannot be raised by needless work.
 */
public final class TrainingArithmetic {
    /** Of a multiply-add. */
    public static final double OPERATIONS = 2;

    private TrainingArithmetic() {}

    /**
     * Operations of a forward and a backward pass for one example. A layer with M multiply-adds takes 2·M forward, as many
     * for the gradient of its weights, and as many for the gradient of its input, unless nothing before it has parameters.
     * So a dense network with P weights takes 6·P (Kaplan et al. 2020) less 2·M of its first layer. A
     * convolution counts every tap of its kernels, those on padding included.
     */
    public static double perExample(Program program) {
        List<List<Integer>> shapes = program.shapes();
        boolean[] wantsGradient = program.wantsGradient();
        double sum = 0;
        for (int i = 0; i < program.operations().size(); i++) {
            Operation operation = program.operations().get(i);
            double forward = OPERATIONS * multiplyAdds(operation, shapes.get(i + 1));
            sum += operation.inputs().stream().anyMatch(input -> wantsGradient[input]) ? 3 * forward : 2 * forward;
        }
        return sum;
    }

    /** Multiply-adds of a forward pass for one example. */
    private static double multiplyAdds(Operation operation, List<Integer> result) {
        if (operation instanceof Dense dense) {
            return (double) dense.inputCount() * dense.outputCount();
        }
        if (operation instanceof Convolution convolution) {
            double numbers = result.stream().mapToDouble(Integer::doubleValue).reduce(1, (all, one) -> all * one);
            Window window = convolution.window();
            return numbers * convolution.channelsIn() * window.kernelHeight() * window.kernelWidth();
        }
        return 0;
    }
}
