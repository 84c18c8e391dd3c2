package io.batchscope.fused.cuda;

import io.batchscope.fused.Fusion;
import io.batchscope.fused.GradientOrder;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns a program into the steps of a pass on a device. */
final class DeviceCompiler {
    private DeviceCompiler() {}

    /**
     * Puts a pass together.
     *
     * @param kept where its features are gathered from; null: they are uploaded
     * @param graphs whether its steps may become CUDA graphs
     */
    static DevicePass compile(
            Program program,
            ReplicaMemory memory,
            DeviceLowering lowering,
            GradientOrder order,
            @Nullable KeptExamples kept,
            boolean graphs) {
        DeviceTensor input = lowering.floats(lowering.count(0));
        DeviceTensor given = input;
        if (kept != null) {
            given = lowering.bytes((long) lowering.rows() * Integer.BYTES);
            kept.gather(lowering, given, input);
        }
        lowering.isUploaded(given);
        lowering.setValue(0, input);
        List<Operation> operations = program.operations();
        List<Fusion.Group> groups = Fusion.groups(program);
        List<DeviceOperation> made = new ArrayList<>();
        for (Fusion.Group group : groups) {
            made.add(operation(lowering, operations.get(group.operation()), group));
        }
        DeviceTensor gradient = lowering.floats(lowering.training() ? lowering.count(operations.size()) : 1);
        DeviceLoss loss = new DeviceLoss(lowering, program, memory, lowering.value(operations.size()), gradient);
        if (lowering.training()) {
            lowering.arrive(operations.size(), gradient);
            for (int i = groups.size() - 1; i >= 0; i--) {
                DeviceTensor arriving = lowering.gradientOf(groups.get(i).result());
                if (arriving == null) {
                    // No gradient reaches it, so that of its parameters is 0.
                    lowering.isFinal(operations.get(groups.get(i).operation()));
                } else {
                    made.get(i).backward(arriving);
                }
            }
            lowering.restIsFinal();
        }
        return new DevicePass(lowering, order, kept, given, loss, graphs);
    }

    private static DeviceOperation operation(DeviceLowering lowering, Operation operation, Fusion.Group group) {
        @Nullable ActivationFunction function = group.function();
        int result = group.result();
        if (operation instanceof Dense dense) {
            return new DenseOnDevice(lowering, dense, function, result);
        }
        if (operation instanceof Convolution convolution) {
            return new ConvolutionOnDevice(lowering, convolution, function, result);
        }
        if (operation instanceof Pooling pooling) {
            return new PoolingOnDevice(lowering, pooling, result);
        }
        if (operation instanceof BatchNormalization normalization) {
            return new NormalizationOnDevice(lowering, normalization, function != null, result);
        }
        if (operation instanceof Activation activation) {
            return activation(lowering, activation, result);
        }
        if (operation instanceof Addition addition) {
            return addition(lowering, addition, function, result);
        }
        if (operation instanceof Flatten flatten) {
            return unchanged(lowering, flatten.input(), result);
        }
        Dropout dropout = (Dropout) operation;
        return lowering.training()
                ? dropout(lowering, dropout, group.operation(), result)
                : unchanged(lowering, dropout.input(), result);
    }

    /** The same numbers in the same places, under another shape. */
    private static DeviceOperation unchanged(DeviceLowering lowering, int input, int result) {
        lowering.setValue(result, lowering.value(input));
        return gradient -> lowering.arrive(input, gradient);
    }

    private static DeviceOperation activation(DeviceLowering lowering, Activation operation, int result) {
        ActivationFunction function = operation.function();
        DeviceTensor input = lowering.value(operation.input());
        long count = lowering.count(result);
        DeviceTensor output = lowering.floats(count);
        lowering.elementwise(
                "activation",
                count,
                List.of(input, output, count, DeviceLowering.function(function), function.alpha()),
                input,
                output);
        lowering.setValue(result, output);
        return gradient -> {
            if (lowering.wantsGradient(operation.input())) {
                DeviceTensor known = function.slopeFollowsFromResult() ? output : input;
                lowering.arrive(operation.input(), lowering.behind(function, known, gradient, count));
            }
        };
    }

    private static DeviceOperation addition(
            DeviceLowering lowering, Addition operation, @Nullable ActivationFunction function, int result) {
        DeviceTensor left = lowering.value(operation.left());
        DeviceTensor right = lowering.value(operation.right());
        long count = lowering.count(result);
        DeviceTensor output = lowering.floats(count);
        lowering.elementwise(
                "add_activation",
                count,
                List.of(left, right, output, count, DeviceLowering.function(function), DeviceLowering.alpha(function)),
                left,
                right,
                output);
        lowering.setValue(result, output);
        return gradient -> {
            DeviceTensor delta = function == null ? gradient : lowering.behind(function, output, gradient, count);
            lowering.arrive(operation.left(), delta);
            lowering.arrive(operation.right(), delta);
        };
    }

    /** The mask is drawn again for the gradient, and so takes no memory. */
    private static DeviceOperation dropout(DeviceLowering lowering, Dropout operation, int number, int result) {
        DeviceTensor input = lowering.value(operation.input());
        DeviceTensor output = masked(lowering, operation, number, input, result);
        lowering.setValue(result, output);
        return gradient -> {
            if (lowering.wantsGradient(operation.input())) {
                lowering.arrive(operation.input(), masked(lowering, operation, number, gradient, result));
            }
        };
    }

    private static DeviceTensor masked(
            DeviceLowering lowering, Dropout operation, int number, DeviceTensor from, int result) {
        long count = lowering.count(result);
        DeviceTensor to = lowering.floats(count);
        // As DropoutStream draws it.
        long limit = (long) (operation.retain() * (1L << 32));
        float kept = (float) (1 / operation.retain());
        lowering.elementwise(
                "dropout", count, List.of(from, to, count, lowering.passValues(), number, limit, kept), from, to);
        return to;
    }
}
