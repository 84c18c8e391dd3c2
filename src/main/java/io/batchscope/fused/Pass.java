package io.batchscope.fused;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica.Score;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;

/** A program made ready for one number of examples: its steps, bound to memory. */
final class Pass implements AutoCloseable {
    private final Natives natives;
    private final List<Tensor> placed;
    private final Step[] forward;
    private final Step[] backward;
    private final Tensor input;
    private final OutputLoss loss;
    private final int rows;
    private final long floats;
    private final long nativeBytes;
    private final long scratchBytes;
    private final Batch.Sink sink = this::take;
    private int taken;

    Pass(Lowering lowering, OutputLoss loss) {
        this.natives = lowering.natives();
        this.placed = List.copyOf(lowering.placed());
        this.forward = lowering.forward().toArray(new Step[0]);
        this.backward = lowering.backward().toArray(new Step[0]);
        this.input = lowering.value(0);
        this.loss = loss;
        this.rows = lowering.rows();
        this.floats = lowering.floats();
        this.nativeBytes = lowering.nativeBytes();
        this.scratchBytes = lowering.scratchBytes();
    }

    /** Floats of memory that it needs. */
    long floats() {
        return floats;
    }

    /** Native memory of its own, for constants and arguments. */
    long nativeBytes() {
        return nativeBytes;
    }

    /** The most that any of its primitives works in beside its arguments; oneDNN gives all of a thread the same. */
    long scratchBytes() {
        return scratchBytes;
    }

    /** Says where its memory is. */
    void bind(FloatPointer block) {
        placed.forEach(tensor -> tensor.bind(block));
    }

    /** Loss and hits of as many examples as it is for, from {@code first} on. */
    Score score(Batch batch, int first) {
        run(batch, first);
        return loss.score(batch, first);
    }

    /** What comes out for as many examples as it is for, from {@code first} on, to {@code into[offset …]}. */
    void outputs(Batch batch, int first, float[] into, int offset) {
        run(batch, first);
        loss.outputs(into, offset);
    }

    /**
     * Leaves weight × the gradient of the loss, summed over as many examples as it is for, in the gradient's memory; the
     * last pass of a caller's examples also gives it to the caller, part by part.
     *
     * @param first the first of them
     * @return the sum over the examples of the loss
     */
    double differentiate(Batch batch, int first, float weight) {
        run(batch, first);
        double lossSum = loss.differentiate(batch, first, weight);
        for (Step step : backward) {
            step.run();
        }
        return lossSum;
    }

    private void run(Batch batch, int first) {
        taken = 0;
        batch.give(first, first + rows, sink);
        input.data().position(0);
        for (Step step : forward) {
            step.run();
        }
    }

    private void take(float[] from, int start, int count) {
        input.data().position(taken).put(from, start, count);
        taken += count;
    }

    @Override
    public void close() {
        natives.close();
    }
}
