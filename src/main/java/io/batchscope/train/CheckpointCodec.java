package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.train.Checkpoint.Peaks;
import io.batchscope.train.Checkpoint.Reached;
import io.batchscope.train.Checkpoint.Times;
import io.batchscope.train.Checkpoint.Watch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints as bytes, little-endian, numbers as their raw bits:
 *
 * <pre>
 * magic (8), version (int)
 * training id (text: length in bytes, UTF-8), batch size, planned steps, step (long)
 * parameters, vectors (int)
 * nanoseconds of compute, sync, data, total (long), workers and micro-batch in that time (int, 0: several)
 * divergence watch: limit, smoothed (double), examples before (long), loss sum before (double)
 * seconds to target (optional double: 0, or 1 and the double), steps to target (long, 0 without)
 * peak bytes of memory, heap, off-heap (long)
 * bytes sent (long), numbers of synchronizer, meter and pacing (int), each a double
 * step rows (int), each: step (long), epoch (double), examples (long), examples of the update (optional long:
 *     0, or 1 and the long), rate (double), gain (optional double), loss (double), norm,
 *     squared norms small, big, noise scale (optional double), bytes sent (optional long), sparsity,
 *     threshold, replica divergence (optional double), seconds of compute, sync, data (double), of the update
 *     (optional double), examples of a part, gradient noise, signal, cosine, AdaScale's gain, norm of the update,
 *     distance (optional double)
 * evaluation rows (int), each: step (long), epoch (double), examples (long), elapsed seconds (double), split (text),
 *     loss (double), accuracy (optional double)
 * the vectors (float)
 * CRC-32C of everything before (int)
 * </pre>
 *
 * What names a row's run is not in it: a run may go on under another name, on another number of workers.
 */
public final class CheckpointCodec {
    /** "BSCOPECK". */
    private static final long MAGIC = 0x4b4345504f435342L;

    private static final int VERSION = 5;

    private CheckpointCodec() {}

    /** What comes first. */
    private record Head(String trainingId, long batchSize, long plannedSteps, long step, int parameters, int vectors) {}

    /** What comes between that and the vectors. */
    private record Body(
            Times times,
            Watch watch,
            @Nullable Reached reached,
            Peaks peaks,
            long bytesSent,
            List<Double> numbers,
            List<StepRecord> stepRows,
            List<EvalRecord> evalRows) {}

    /** Writes a checkpoint; the stream stays open. */
    public static void write(Checkpoint checkpoint, OutputStream to) throws IOException {
        CheckpointOutput out = new CheckpointOutput(to);
        out.putLong(MAGIC);
        out.putInt(VERSION);
        out.putText(checkpoint.trainingId());
        out.putLong(checkpoint.batchSize());
        out.putLong(checkpoint.plannedSteps());
        out.putLong(checkpoint.step());
        out.putInt(checkpoint.vectors().get(0).length);
        out.putInt(checkpoint.vectors().size());
        writeState(checkpoint, out);
        CheckpointRows.write(checkpoint, out);
        for (float[] vector : checkpoint.vectors()) {
            out.putFloats(vector);
        }
        out.end();
    }

    private static void writeState(Checkpoint checkpoint, CheckpointOutput out) throws IOException {
        Times times = checkpoint.times();
        out.putLong(times.computeNanos());
        out.putLong(times.syncNanos());
        out.putLong(times.dataNanos());
        out.putLong(times.totalNanos());
        out.putInt(times.workers());
        out.putInt(times.microBatch());
        Watch watch = checkpoint.watch();
        out.putDouble(watch.limit());
        out.putDouble(watch.smoothed());
        out.putLong(watch.examplesBefore());
        out.putDouble(watch.lossSumBefore());
        Reached reached = checkpoint.reached();
        out.putOptional(reached == null ? null : reached.seconds());
        out.putLong(reached == null ? 0 : reached.step());
        Peaks peaks = checkpoint.peaks();
        out.putLong(peaks.memoryBytes());
        out.putLong(peaks.heapBytes());
        out.putLong(peaks.offHeapBytes());
        out.putLong(checkpoint.bytesSent());
        out.putInt(checkpoint.numbers().size());
        for (double number : checkpoint.numbers()) {
            out.putDouble(number);
        }
    }

    /**
     * Reads a checkpoint for a run; its rows take the run's names.
     *
     * @throws IOException if it cannot be read, is damaged, or is of another training; the message says which
     */
    public static Checkpoint read(InputStream from, RunPlan plan, int parameterCount) throws IOException {
        CheckpointInput in = new CheckpointInput(from);
        Head head = head(in, plan);
        int vectors = vectors(plan);
        if (head.parameters() != parameterCount || head.vectors() != vectors) {
            throw new IOException("it has " + head.vectors() + " vectors of " + head.parameters()
                    + " parameters, but the model needs " + vectors + " of " + parameterCount);
        }
        Body body = body(in, plan);
        List<float[]> values = new ArrayList<>();
        for (int i = 0; i < vectors; i++) {
            float[] vector = new float[parameterCount];
            in.getFloats(vector);
            values.add(vector);
        }
        in.end();
        return new Checkpoint(
                head.trainingId(),
                head.batchSize(),
                head.plannedSteps(),
                head.step(),
                body.times(),
                body.watch(),
                body.reached(),
                body.peaks(),
                body.bytesSent(),
                body.numbers(),
                body.stepRows(),
                body.evalRows(),
                values);
    }

    /**
     * Reads over a checkpoint, keeping nothing of it.
     *
     * @return its step
     * @throws IOException as {@link #read}
     */
    public static long check(InputStream from, RunPlan plan) throws IOException {
        CheckpointInput in = new CheckpointInput(from);
        Head head = head(in, plan);
        Body unused = body(in, plan);
        in.skipFloats((long) head.parameters() * head.vectors());
        in.end();
        return head.step();
    }

    private static Head head(CheckpointInput in, RunPlan plan) throws IOException {
        if (in.getLong() != MAGIC) {
            throw new IOException("it is not a checkpoint");
        }
        int version = in.getInt();
        if (version != VERSION) {
            throw new IOException("it has version " + version + " of the format, but this program reads " + VERSION);
        }
        Head head = new Head(in.getText(), in.getLong(), in.getLong(), in.getLong(), in.getInt(), in.getInt());
        boolean fits = head.trainingId().equals(plan.trainingId())
                && head.batchSize() == plan.batchSize()
                && head.plannedSteps() == plan.plannedSteps();
        if (!fits) {
            throw new IOException("it is of another training, " + head.trainingId());
        }
        if (head.step() < 1 || head.step() >= head.plannedSteps() || head.parameters() < 1 || head.vectors() < 1) {
            throw new IOException("update " + head.step() + " of " + head.plannedSteps() + " with " + head.vectors()
                    + " vectors of " + head.parameters() + " parameters is impossible");
        }
        return head;
    }

    private static Body body(CheckpointInput in, RunPlan plan) throws IOException {
        return new Body(
                new Times(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getInt(), in.getInt()),
                new Watch(in.getDouble(), in.getDouble(), in.getLong(), in.getDouble()),
                readReached(in),
                new Peaks(in.getLong(), in.getLong(), in.getLong()),
                in.getLong(),
                readNumbers(in),
                CheckpointRows.readSteps(in, plan),
                CheckpointRows.readEvaluations(in, plan));
    }

    /** How many vectors a checkpoint of the run has. */
    static int vectors(RunPlan plan) {
        return 1
                + UpdateRule.of(plan.optimizer()).stateVectors()
                + plan.workers() * Synchronizer.ownVectors(plan.synchronization());
    }

    private static List<Double> readNumbers(CheckpointInput in) throws IOException {
        List<Double> numbers = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            numbers.add(in.getDouble());
        }
        return numbers;
    }

    private static @Nullable Reached readReached(CheckpointInput in) throws IOException {
        Double seconds = in.getOptional();
        long step = in.getLong();
        return seconds == null ? null : new Reached(step, seconds);
    }
}
