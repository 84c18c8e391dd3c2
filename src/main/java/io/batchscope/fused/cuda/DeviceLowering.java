package io.batchscope.fused.cuda;

import io.batchscope.fused.GradientOrder;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operations of one pass share while they are put together: values, the gradients that arrive at them, and the steps. */
final class DeviceLowering implements AutoCloseable {
    /** Threads of a block; the kernels' sums count on it. */
    static final int THREADS = 256;

    /** Of the kernels' functions, the one that changes nothing. */
    private static final int NO_FUNCTION = 6;

    private static final int WARP = 32;
    private static final long MOST_BLOCKS = 1 << 12;
    private static final long MOST_PLANE_BLOCKS = 1 << 18;

    /** The step before all others, in which the host uploads. */
    private static final int UPLOAD = 0;

    /** Parts {@code span} of the gradient are final when the first {@code steps} steps are done. */
    record Final(int steps, GradientOrder.Span span) {}

    private final Gpu gpu;
    private final ReplicaMemory memory;
    private final GradientOrder order;
    private final List<List<Integer>> shapes;
    private final boolean[] wantsGradient;
    private final int rows;
    private final boolean training;
    private final DeviceTensor[] values;
    private final List<List<DeviceTensor>> arriving = new ArrayList<>();
    private final List<DeviceTensor> planned = new ArrayList<>();
    private final List<Runnable> steps = new ArrayList<>();
    private final List<Final> finals = new ArrayList<>();
    private final List<AutoCloseable> owned = new ArrayList<>();
    private @Nullable DeviceTensor ones;

    DeviceLowering(Gpu gpu, Program program, ReplicaMemory memory, GradientOrder order, int rows, boolean training) {
        this.gpu = gpu;
        this.memory = memory;
        this.order = order;
        this.shapes = program.shapes();
        this.wantsGradient = program.wantsGradient();
        this.rows = rows;
        this.training = training;
        this.values = new DeviceTensor[shapes.size()];
        shapes.forEach(shape -> arriving.add(new ArrayList<>()));
    }

    Gpu gpu() {
        return gpu;
    }

    /** Examples of the pass. */
    int rows() {
        return rows;
    }

    /** Whether backward steps follow. */
    boolean training() {
        return training;
    }

    /** Shape of one example of a value. */
    List<Integer> shape(int value) {
        return shapes.get(value);
    }

    /** Numbers of one example of a value. */
    int length(int value) {
        return shapes.get(value).stream().reduce(1, Math::multiplyExact);
    }

    /** Numbers of a channel of one example of a value; 1 for rows of features. */
    int inner(int value) {
        return length(value) / shapes.get(value).get(0);
    }

    /** Numbers of a value. */
    long count(int value) {
        return (long) rows * length(value);
    }

    DeviceTensor value(int number) {
        return values[number];
    }

    void setValue(int number, DeviceTensor tensor) {
        values[number] = tensor;
    }

    boolean wantsGradient(int value) {
        return wantsGradient[value];
    }

    /** New memory of the pass for so many floats. */
    DeviceTensor floats(long count) {
        return bytes(count * Float.BYTES);
    }

    /** New memory of the pass. */
    DeviceTensor bytes(long bytes) {
        DeviceTensor tensor = DeviceTensor.planned(memory.workspace(), bytes);
        planned.add(tensor);
        return tensor;
    }

    /** Says that the host fills a tensor before the first step. */
    void isUploaded(DeviceTensor tensor) {
        tensor.usedBy(UPLOAD);
    }

    /** Parameters from an offset on. */
    DeviceTensor parameters(int offset) {
        return memory.parameters(offset);
    }

    /** The gradient of the parameters from an offset on. */
    DeviceTensor gradient(int offset) {
        return memory.gradient(offset);
    }

    /** The values that change from pass to pass. */
    DeviceTensor passValues() {
        return memory.passValues();
    }

    /** As many ones as there are examples. */
    DeviceTensor ones() {
        if (ones == null) {
            DeviceTensor made = floats(rows);
            step(() -> gpu.launch("fill", blocks(rows), 1, THREADS, made, 1f, (long) rows), made);
            ones = made;
        }
        return ones;
    }

    /** Closes something with the pass. */
    void own(AutoCloseable thing) {
        owned.add(thing);
    }

    List<AutoCloseable> owned() {
        return owned;
    }

    /** Adds a step that puts work on the stream, with what it reads and writes of the pass's memory. */
    void step(Runnable action, DeviceTensor... uses) {
        steps.add(action);
        for (DeviceTensor tensor : uses) {
            tensor.usedBy(steps.size());
        }
    }

    List<Runnable> steps() {
        return steps;
    }

    List<Final> finals() {
        return finals;
    }

    /** Gives all tensors of the pass their places; how many bytes they need. */
    long plan() {
        return MemoryPlan.place(
                planned.stream().filter(tensor -> tensor.lastStep() >= 0).toList());
    }

    /** Keeps a tensor until the host has read it. */
    void keep(DeviceTensor tensor) {
        tensor.usedBy(Integer.MAX_VALUE - 1);
    }

    /** Adds a kernel over single numbers. */
    void elementwise(String kernel, long count, List<Object> arguments, DeviceTensor... uses) {
        step(() -> gpu.launch(kernel, blocks(count), 1, THREADS, arguments.toArray()), uses);
    }

    /** Blocks of a kernel over so many numbers. */
    static long blocks(long count) {
        return Math.min((count + THREADS - 1) / THREADS, MOST_BLOCKS);
    }

    /** Blocks of a kernel that takes one plane after the other. */
    static long planeBlocks(long planes) {
        return Math.min(planes, MOST_PLANE_BLOCKS);
    }

    /** Threads for planes of so many numbers. */
    static int planeThreads(int length) {
        return Math.min(THREADS, (length + WARP - 1) / WARP * WARP);
    }

    /** Number of a function in the kernels. */
    static int function(@Nullable ActivationFunction function) {
        if (function == null) {
            return NO_FUNCTION;
        }
        return switch (function.kind()) {
            case RECTIFIER -> 0;
            case TANH -> 1;
            case LOGISTIC -> 2;
            case EXPONENTIAL_LINEAR -> 3;
            case SOFTPLUS -> 4;
            case SWISH -> 5;
        };
    }

    static float alpha(@Nullable ActivationFunction function) {
        return function == null ? 0 : function.alpha();
    }

    /** The gradient behind an activation, whose result or (where that does not tell) argument is known. */
    DeviceTensor behind(ActivationFunction function, DeviceTensor known, DeviceTensor gradient, long count) {
        DeviceTensor result = floats(count);
        elementwise(
                "activation_gradient",
                count,
                List.of(
                        known,
                        gradient,
                        result,
                        count,
                        function(function),
                        function.alpha(),
                        function.slopeFollowsFromResult() ? 1 : 0),
                known,
                gradient,
                result);
        return result;
    }

    /** Says that a reader of the value has computed its part of the value's gradient. */
    void arrive(int value, DeviceTensor part) {
        if (wantsGradient[value]) {
            arriving.get(value).add(part);
        }
    }

    /** The gradient of a value, after all its readers; null if none of them has one. */
    @Nullable
    DeviceTensor gradientOf(int value) {
        List<DeviceTensor> parts = arriving.get(value);
        if (parts.isEmpty()) {
            return null;
        }
        DeviceTensor sum = parts.get(0);
        for (DeviceTensor part : parts.subList(1, parts.size())) {
            DeviceTensor left = sum;
            DeviceTensor both = floats(count(value));
            elementwise(
                    "add_activation",
                    count(value),
                    List.of(left, part, both, count(value), NO_FUNCTION, 0f),
                    left,
                    part,
                    both);
            sum = both;
        }
        return sum;
    }

    /** Says that the steps so far leave the gradient of the operation's parameters as it will be. */
    void isFinal(Operation operation) {
        isFinal(order.of(operation));
    }

    /** Says that all steps are there. */
    void restIsFinal() {
        isFinal(order.rest());
    }

    private void isFinal(GradientOrder.Span span) {
        if (span.from() < span.to()) {
            finals.add(new Final(steps.size(), span));
        }
    }

    /** Closes what belongs to the pass, after a failure to put it together. */
    @Override
    public void close() {
        DevicePass.closeAll(owned);
    }
}
