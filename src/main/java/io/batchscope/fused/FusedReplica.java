package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import io.batchscope.data.Batch;
import io.batchscope.train.ParameterTensor;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.WeightPenalty;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.dnnl_stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program on oneDNN. A pass is put together once for each number of examples that comes up; after that a step
 * allocates nothing. Passes take turns in one block of memory, as large as the largest needs. For one thread, which also
 * makes and closes it: oneDNN keeps memory per thread.
 */
final class FusedReplica implements Replica {
    /** Passes kept ready: full micro-batches, an epoch's last one and uneven shares, for training and for scores. */
    private static final int PASSES_KEPT = 12;

    /** Dense layers of usual widths keep what they work on in the second-level cache up to about so many examples. */
    private static final int ROWS_IN_CACHE = 512;

    private static final GradientListener NOBODY = part -> {};

    /** Which pass. */
    private record Key(int rows, boolean training) {}

    private final Program program;
    private final dnnl_stream stream = new dnnl_stream();
    private final Block parameters;
    private final Block gradient;
    private final Block workspace = new Block(0);
    private final Map<Key, Pass> passes = new LinkedHashMap<>(16, 0.75f, true);
    private final Weight weight = new Weight();
    private final Receiver receiver = new Receiver();
    private final GradientOrder order;
    private final boolean separable;
    private @Nullable Pass latest;
    private int latestRows;
    private boolean latestTraining;
    private long seed;

    /** @param start of the parameters, {@code float[parameterCount]} */
    FusedReplica(Program program, float[] start) {
        this.program = program;
        this.parameters = new Block(program.parameterCount());
        this.gradient = new Block(program.parameterCount());
        this.order = new GradientOrder(program);
        // Only what has no statistics over the micro-batch may be taken in parts, and images gain nothing from it.
        this.separable = Gradients.areDenseOnly(program);
        check(dnnl_stream_create(stream, OneDnn.engine(), dnnl_stream_default_flags), "a stream");
        writeParameters(start);
    }

    @Override
    public int parameterCount() {
        return program.parameterCount();
    }

    @Override
    public void readParameters(float[] into) {
        parameters.start().get(into, 0, parameterCount());
    }

    @Override
    public void writeParameters(float[] values) {
        writeParameters(values, 0, parameterCount());
    }

    @Override
    public void writeParameters(float[] values, int from, int to) {
        parameters.start().position(from).put(values, from, to - from).position(0);
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
    public List<WeightPenalty> penalties() {
        return program.penalties();
    }

    @Override
    public void seed(long newSeed) {
        seed = newSeed;
    }

    @Override
    public List<Range> gradientOrder() {
        return order.parts();
    }

    @Override
    public double gradient(Batch batch, float newWeight, boolean add, float[] into) {
        return gradient(batch, newWeight, add, into, NOBODY);
    }

    @Override
    public double gradient(Batch batch, float newWeight, boolean add, float[] into, GradientListener listener) {
        int parts = parts(batch.size());
        double lossSum = 0;
        receiver.set(into, add, listener);
        for (int i = 0; i < parts; i++) {
            int first = start(batch.size(), i, parts);
            Pass pass = pass(start(batch.size(), i + 1, parts) - first, true);
            weight.set(newWeight, i > 0);
            receiver.isLast(i == parts - 1);
            lossSum += pass.differentiate(batch, first, newWeight);
        }
        return lossSum;
    }

    @Override
    public Score score(Batch batch) {
        int parts = parts(batch.size());
        Score score = Score.NONE;
        for (int i = 0; i < parts; i++) {
            int first = start(batch.size(), i, parts);
            score = score.plus(
                    pass(start(batch.size(), i + 1, parts) - first, false).score(batch, first));
        }
        return score;
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        int parts = parts(batch.size());
        for (int i = 0; i < parts; i++) {
            int first = start(batch.size(), i, parts);
            Pass pass = pass(start(batch.size(), i + 1, parts) - first, false);
            pass.outputs(batch, first, into, first * program.outputs());
        }
    }

    private int parts(int rows) {
        return separable ? (rows + ROWS_IN_CACHE - 1) / ROWS_IN_CACHE : 1;
    }

    private static int start(int rows, int part, int parts) {
        return (int) ((long) rows * part / parts);
    }

    /** Its blocks, those of the passes kept, and the memory in which oneDNN's primitives take turns on this thread. */
    @Override
    public long nativeBytes() {
        long passBytes = 0;
        for (Pass pass : passes.values()) {
            passBytes += pass.nativeBytes();
        }
        return parameters.bytes() + gradient.bytes() + workspace.bytes() + passBytes + scratchBytes();
    }

    /** Of these what oneDNN has taken itself. */
    long scratchBytes() {
        long most = 0;
        for (Pass pass : passes.values()) {
            most = Math.max(most, pass.scratchBytes());
        }
        return most;
    }

    private Pass pass(int rows, boolean training) {
        if (latest != null && rows == latestRows && training == latestTraining) {
            return latest;
        }
        latest = find(rows, training);
        latestRows = rows;
        latestTraining = training;
        return latest;
    }

    private Pass find(int rows, boolean training) {
        Key key = new Key(rows, training);
        Pass known = passes.get(key);
        if (known != null) {
            return known;
        }
        Pass pass = compile(rows, training);
        if (pass.floats() > workspace.floats()) {
            workspace.resize(pass.floats());
            passes.values().forEach(other -> other.bind(workspace.start()));
        }
        pass.bind(workspace.start());
        passes.put(key, pass);
        forgetTheEldest();
        return pass;
    }

    private Pass compile(int rows, boolean training) {
        Natives natives = new Natives();
        try {
            return PassCompiler.compile(
                    program,
                    new Lowering(
                            program, rows, training, stream, natives, parameters, gradient, weight, receiver, order),
                    () -> seed);
        } catch (RuntimeException | Error e) {
            natives.close();
            throw e;
        }
    }

    /**
     * Puts the passes for two examples together without running them.
     *
     * @throws IllegalStateException if oneDNN refuses one of its operations
     */
    void tryOut() {
        pass(2, true);
        pass(2, false);
    }

    private void forgetTheEldest() {
        if (passes.size() > PASSES_KEPT) {
            Iterator<Pass> eldest = passes.values().iterator();
            eldest.next().close();
            eldest.remove();
        }
    }

    @Override
    public void close() {
        passes.values().forEach(Pass::close);
        passes.clear();
        dnnl_stream_destroy(stream);
        parameters.close();
        gradient.close();
        workspace.close();
    }
}
