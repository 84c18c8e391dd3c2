package io.batchscope.fused;

import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.Addition;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Dropout;
import io.batchscope.train.Operation.Flatten;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Program;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Turns a program into the steps of a pass. */
final class PassCompiler {
    private final Program program;
    private final Lowering lowering;
    private final LongSupplier seed;
    private final int[] readers;
    private final Set<Integer> rectifiedInputs = new HashSet<>();

    private PassCompiler(Program program, Lowering lowering, LongSupplier seed) {
        this.program = program;
        this.lowering = lowering;
        this.seed = seed;
        this.readers = Fusion.readers(program);
    }

    /** @param seed of the micro-batch that runs */
    static Pass compile(Program program, Lowering lowering, LongSupplier seed) {
        return new PassCompiler(program, lowering, seed).compile();
    }

    private Pass compile() {
        List<Integer> shape = program.inputShape();
        long[] dimensions = new long[shape.size() + 1];
        dimensions[0] = lowering.rows();
        for (int i = 0; i < shape.size(); i++) {
            dimensions[i + 1] = shape.get(i);
        }
        lowering.setValue(0, lowering.tensor(lowering.natives().plain(dimensions), dimensions));
        List<Operation> operations = program.operations();
        List<Kernel> kernels = new ArrayList<>();
        List<Integer> results = new ArrayList<>();
        List<Integer> origins = new ArrayList<>();
        for (Fusion.Group group : Fusion.groups(program)) {
            int i = group.operation();
            kernels.add(named(operations.get(i), following(i, group.function(), group.result()), group.result()));
            results.add(group.result());
            origins.add(i);
        }
        Tensor last = lowering.arranged(
                lowering.value(operations.size()),
                lowering.natives().plain(lowering.rows(), program.outputs()),
                lowering.forward());
        Tensor gradient = lowering.tensor(last.description(), last.dimensions());
        OutputLoss loss = loss(last, gradient);
        if (lowering.training()) {
            lowering.arrive(operations.size(), gradient);
            for (int i = kernels.size() - 1; i >= 0; i--) {
                @Nullable Tensor arriving = lowering.gradientOf(results.get(i));
                if (arriving == null) {
                    // No gradient reaches it, so that of its parameters is 0.
                    lowering.handOver(operations.get(origins.get(i)));
                } else {
                    kernels.get(i).backward(arriving);
                }
            }
            lowering.handOverTheRest();
        }
        return new Pass(lowering, loss);
    }

    /**
     * What of the activation behind operation {@code index} is done with it. A rectifier in front of a maximum is taken
     * back behind that: the largest number of a window that is not above 0 passes no gradient on, and there are fewer of
     * them.
     */
    private Following following(int index, @Nullable ActivationFunction function, int result) {
        if (function == null) {
            return Following.NOTHING;
        }
        boolean later = function.equals(ActivationFunction.RECTIFIER)
                && readers[result] == 1
                && program.operations().stream()
                        .anyMatch(operation -> operation instanceof Pooling pooling
                                && pooling.input() == result
                                && pooling.kind() == Pooling.Kind.MAXIMUM)
                && program.operations().get(index) instanceof Convolution;
        if (later) {
            rectifiedInputs.add(result);
        }
        return new Following(function, later ? null : function);
    }

    private Kernel named(Operation operation, Following following, int result) {
        try {
            return kernel(operation, following, result);
        } catch (IllegalStateException e) {
            throw new IllegalStateException(operation + ": " + e.getMessage(), e);
        }
    }

    private Kernel kernel(Operation operation, Following following, int result) {
        if (operation instanceof Dense dense) {
            return new DenseKernel(lowering, dense, following.forward(), result);
        }
        if (operation instanceof Convolution convolution) {
            return new ConvolutionKernel(lowering, convolution, following, result);
        }
        if (operation instanceof Pooling pooling) {
            return new PoolingKernel(lowering, pooling, rectifiedInputs.contains(pooling.input()), result);
        }
        if (operation instanceof BatchNormalization normalization) {
            return new NormalizationKernel(lowering, normalization, following.forward() != null, result);
        }
        if (operation instanceof Activation activation) {
            return new ActivationKernel(lowering, activation, result);
        }
        if (operation instanceof Addition addition) {
            return new AdditionKernel(lowering, addition, following.forward(), result);
        }
        if (operation instanceof Flatten flatten) {
            return new FlattenKernel(lowering, flatten, result);
        }
        Dropout dropout = (Dropout) operation;
        return lowering.training()
                ? new DropoutKernel(lowering, dropout, seed, result)
                : new Identity(lowering, dropout.input(), result);
    }

    private OutputLoss loss(Tensor last, Tensor gradient) {
        if (program.loss() instanceof Program.Loss.SoftmaxCrossEntropy softmax) {
            return new SoftmaxLoss(lowering, softmax.clip(), last, gradient);
        }
        return new SquaredLoss(lowering, last, gradient);
    }

    /** Dropout in inference. */
    private static final class Identity implements Kernel {
        Identity(Lowering lowering, int input, int result) {
            lowering.setValue(result, lowering.value(input));
        }

        @Override
        public void backward(Tensor gradient) {
            throw new IllegalStateException("inference has no backward steps");
        }
    }
}
