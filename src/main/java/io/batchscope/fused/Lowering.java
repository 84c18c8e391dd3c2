package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_0;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_add;
import static org.bytedeco.dnnl.global.dnnl.dnnl_binary_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;

import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.jspecify.annotations.Nullable;

/**
 * What the kernels of one pass share while they are put together: the values, the gradients that arrive at them, memory,
 * and the steps so far.
 */
final class Lowering {
    /** An argument of a primitive: oneDNN's number of it, and the numbers. */
    record Argument(int name, Tensor tensor) {}

    private final dnnl_stream stream;
    private final Natives natives;
    private final Block parameters;
    private final Block gradient;
    private final int rows;
    private final boolean training;
    private final boolean direct;
    private final Weight weight;
    private final Receiver receiver;
    private final GradientOrder order;
    private final Tensor[] values;
    private final boolean[] wantsGradient;
    private final List<List<Tensor>> arriving = new ArrayList<>();
    private final List<Tensor> placed = new ArrayList<>();
    private final List<Step> forward = new ArrayList<>();
    private final List<Step> backward = new ArrayList<>();
    private long floats;
    private long nativeBytes;
    private long scratchBytes;

    Lowering(
            Program program,
            int rows,
            boolean training,
            dnnl_stream stream,
            Natives natives,
            Block parameters,
            Block gradient,
            Weight weight,
            Receiver receiver,
            GradientOrder order) {
        this.stream = stream;
        this.natives = natives;
        this.parameters = parameters;
        this.gradient = gradient;
        this.weight = weight;
        this.receiver = receiver;
        this.order = order;
        this.rows = rows;
        this.training = training;
        this.direct = rows == 1 && Gradients.areDenseOnly(program);
        this.values = new Tensor[program.operations().size() + 1];
        this.wantsGradient = program.wantsGradient();
        for (int i = 0; i < values.length; i++) {
            arriving.add(new ArrayList<>());
        }
    }

    Natives natives() {
        return natives;
    }

    /** Examples of the pass. */
    int rows() {
        return rows;
    }

    /** Whether backward steps follow. */
    boolean training() {
        return training;
    }

    /** What each example of the running pass counts for. */
    Weight weight() {
        return weight;
    }

    /** Who gets the gradient. */
    Receiver receiver() {
        return receiver;
    }

    /** Whether kernels write the gradient straight into the caller's array. */
    boolean direct() {
        return direct;
    }

    List<Step> forward() {
        return forward;
    }

    /** Backward steps in the order in which they run. */
    List<Step> backward() {
        return backward;
    }

    /** Every tensor in the pass's own memory. */
    List<Tensor> placed() {
        return placed;
    }

    /** Floats of memory that the pass needs. */
    long floats() {
        return floats;
    }

    /** Native memory that the pass has for itself. */
    long nativeBytes() {
        return nativeBytes;
    }

    /** The most that a primitive of the pass works in beside its arguments. */
    long scratchBytes() {
        return scratchBytes;
    }

    Tensor value(int number) {
        return values[number];
    }

    void setValue(int number, Tensor tensor) {
        values[number] = tensor;
    }

    /** Whether anything before the value has parameters. */
    boolean wantsGradient(int value) {
        return wantsGradient[value];
    }

    /** Says that a reader of the value has computed its part of the value's gradient. */
    void arrive(int value, Tensor part) {
        if (wantsGradient[value]) {
            arriving.get(value).add(part);
        }
    }

    /** The gradient of a value, after all its readers; null if none of them has one. */
    @Nullable
    Tensor gradientOf(int value) {
        List<Tensor> parts = arriving.get(value);
        if (parts.size() < 2) {
            return parts.isEmpty() ? null : parts.get(0);
        }
        dnnl_memory_desc description = values[value].description();
        Tensor sum = tensor(description, values[value].dimensions());
        Tensor left = arranged(parts.get(0), description, backward);
        for (Tensor part : parts.subList(1, parts.size())) {
            add(left, arranged(part, description, backward), sum, backward);
            left = sum;
        }
        return sum;
    }

    private void add(Tensor left, Tensor right, Tensor sum, List<Step> into) {
        dnnl_primitive_desc description = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_binary_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        dnnl_binary_add,
                        left.description(),
                        right.description(),
                        sum.description(),
                        null),
                "an addition");
        into.add(primitive(
                description,
                new Argument(DNNL_ARG_SRC_0, left),
                new Argument(DNNL_ARG_SRC_1, right),
                new Argument(DNNL_ARG_DST, sum)));
    }

    /** New memory of the pass. */
    Tensor tensor(dnnl_memory_desc description, long... dimensions) {
        Tensor tensor = new Tensor(natives, description, floats, dimensions);
        floats += Block.aligned((Tensor.bytes(description) + Float.BYTES - 1) / Float.BYTES);
        placed.add(tensor);
        return tensor;
    }

    /** The same numbers under another description. */
    Tensor view(Tensor of, dnnl_memory_desc description, long... dimensions) {
        Tensor tensor = new Tensor(natives, description, of.offset(), dimensions);
        if (of.isShared()) {
            tensor.share();
        }
        placed.add(tensor);
        return tensor;
    }

    /** A constant in memory of its own. */
    Tensor constant(float value, int count) {
        Block block = new Block(count);
        natives.own(block::close);
        nativeBytes += block.bytes();
        for (int i = 0; i < count; i++) {
            block.start().put(i, value);
        }
        return fixed(block, 0, count);
    }

    /** Parameters from an offset on. */
    Tensor parameters(int offset, long... dimensions) {
        return fixed(parameters, offset, dimensions);
    }

    /** The gradient of the parameters from an offset on. */
    Tensor gradient(int offset, long... dimensions) {
        return fixed(gradient, offset, dimensions);
    }

    private Tensor fixed(Block block, int offset, long... dimensions) {
        Tensor tensor = new Tensor(natives, natives.plain(dimensions), offset, dimensions);
        tensor.bind(block.start());
        return tensor;
    }

    /** The tensor in the wanted order; itself if it is in that already, otherwise with a step that reorders it. */
    Tensor arranged(Tensor tensor, dnnl_memory_desc wanted, List<Step> into) {
        if (dnnl_memory_desc_equal(tensor.description(), wanted) != 0) {
            return tensor;
        }
        Tensor arranged = tensor(wanted, tensor.dimensions());
        reorder(tensor, arranged, into);
        return arranged;
    }

    /** Says that the backward steps so far leave the gradient of the operation's parameters as it will be. */
    void handOver(Operation operation) {
        handOver(order.of(operation));
    }

    /** Says that all backward steps are there. */
    void handOverTheRest() {
        handOver(order.rest());
    }

    private void handOver(GradientOrder.Span span) {
        if (span.from() < span.to()) {
            backward.add(new Handover(this, order.parts().subList(span.from(), span.to()), span.from()));
        }
    }

    /** Adds a step that copies one tensor's numbers into the order of another. */
    void reorder(Tensor from, Tensor to, List<Step> into) {
        dnnl_primitive_desc description = natives.own(new dnnl_primitive_desc());
        check(
                dnnl_reorder_primitive_desc_create(
                        description, from.description(), OneDnn.engine(), to.description(), OneDnn.engine(), null),
                "a reorder");
        into.add(primitive(description, new Argument(DNNL_ARG_SRC, from), new Argument(DNNL_ARG_DST, to)));
    }

    /** A step that executes a primitive on the given arguments. */
    Step primitive(dnnl_primitive_desc description, Argument... arguments) {
        dnnl_primitive primitive = new dnnl_primitive();
        check(dnnl_primitive_create(primitive, description), "a primitive");
        natives.own(() -> dnnl_primitive_destroy(primitive));
        dnnl_exec_arg_t list = new dnnl_exec_arg_t(arguments.length);
        natives.own(list::close);
        nativeBytes += (long) arguments.length * list.sizeof();
        scratchBytes = Math.max(scratchBytes, OneDnn.scratchBytes(description));
        for (int i = 0; i < arguments.length; i++) {
            list.position(i)
                    .arg(arguments[i].name())
                    .memory(arguments[i].tensor().memory());
        }
        list.position(0);
        int count = arguments.length;
        return () -> check(dnnl_primitive_execute(primitive, stream, count, list), "a step");
    }
}
