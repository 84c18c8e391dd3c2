package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import io.batchscope.train.Replica.Range;
import io.batchscope.train.Replica.Score;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/**
 * The host's end of a replica in page-locked memory: parameters, the gradient as it arrives, what changes from pass to pass,
 * and what a pass tells.
 */
final class HostSide implements AutoCloseable {
    private static final int SEED_BYTE = 0;
    private static final int WEIGHT_BYTE = 8;
    private static final int SMOOTHING_BYTE = 12;

    /** Numbers that are added at once; they stay in the first-level cache meanwhile. */
    private static final int PIECE = 4096;

    private final ReplicaMemory device;
    private final RawPointer there = new RawPointer(0);
    private final RawPointer here = new RawPointer(0);
    private final int parameterCount;
    private final PinnedMemory memory;
    private final FloatPointer parameters;
    private final FloatPointer gradient;
    private final BytePointer values;
    private final long gradientByte;
    private final long valuesByte;
    private final long resultsByte;
    private final DoublePointer losses;
    private final IntPointer hits;
    private final double[] lossSums = new double[DeviceLoss.SUMS];
    private final int[] hitSums = new int[DeviceLoss.SUMS];
    private final float[] piece = new float[PIECE];
    private boolean isChanged = true;

    HostSide(ReplicaMemory device, int parameterCount) {
        this.device = device;
        this.parameterCount = parameterCount;
        long vector = ((long) parameterCount + 1) / 2 * 2 * Float.BYTES;
        this.memory = new PinnedMemory(2 * vector + ReplicaMemory.PASS_VALUES_BYTES + DeviceLoss.RESULT_BYTES);
        this.gradientByte = vector;
        this.valuesByte = 2 * vector;
        this.resultsByte = valuesByte + ReplicaMemory.PASS_VALUES_BYTES;
        this.parameters = memory.floats(0);
        this.gradient = memory.floats(gradientByte);
        this.values = memory.at(valuesByte);
        this.losses = memory.doubles(resultsByte);
        this.hits = memory.ints(resultsByte + (long) DeviceLoss.SUMS * Double.BYTES);
    }

    void readParameters(float[] into) {
        parameters.position(0).get(into, 0, parameterCount);
    }

    void writeParameters(float[] from, int start, int end) {
        parameters.position(start).put(from, start, end - start);
        isChanged = true;
    }

    /** Puts parameters, where they have changed, and what the next pass is to know on their way to the device. */
    void send(long seed, float weight, double smoothing, CUstream_st stream) {
        if (isChanged) {
            toDevice(device.parametersAddress(), 0, (long) parameterCount * Float.BYTES, stream);
            isChanged = false;
        }
        values.position(SEED_BYTE).putLong(seed);
        values.position(WEIGHT_BYTE).putFloat(weight);
        values.position(SMOOTHING_BYTE).putFloat((float) smoothing);
        toDevice(device.valuesAddress(), valuesByte, ReplicaMemory.PASS_VALUES_BYTES, stream);
    }

    private void toDevice(long to, long fromByte, long bytes, CUstream_st stream) {
        check(
                cudart.cudaMemcpyAsync(
                        there.at(to),
                        here.at(memory.address() + fromByte),
                        bytes,
                        cudart.cudaMemcpyHostToDevice,
                        stream),
                "a copy to the device");
    }

    /** Puts some of the gradient on its way to the host. */
    void fetchGradient(Range range, CUstream_st stream) {
        long bytes = (long) (range.to() - range.from()) * Float.BYTES;
        check(
                cudart.cudaMemcpyAsync(
                        here.at(memory.address() + gradientByte + (long) range.from() * Float.BYTES),
                        there.at(device.gradientAddress() + (long) range.from() * Float.BYTES),
                        bytes,
                        cudart.cudaMemcpyDeviceToHost,
                        stream),
                "a copy of the gradient");
    }

    /** Puts what the pass tells on its way to the host. */
    void fetchResults(CUstream_st stream) {
        check(
                cudart.cudaMemcpyAsync(
                        here.at(memory.address() + resultsByte),
                        there.at(device.resultsAddress()),
                        DeviceLoss.RESULT_BYTES,
                        cudart.cudaMemcpyDeviceToHost,
                        stream),
                "a copy of the loss");
    }

    /** Gives some of the gradient, once it is here, to the caller. */
    void giveGradient(Range range, boolean add, float[] into) {
        int length = range.to() - range.from();
        if (!add) {
            gradient.position(range.from()).get(into, range.from(), length);
            return;
        }
        for (int done = 0; done < length; done += PIECE) {
            int from = range.from() + done;
            int count = Math.min(PIECE, length - done);
            gradient.position(from).get(piece, 0, count);
            for (int i = 0; i < count; i++) {
                into[from + i] += piece[i];
            }
        }
    }

    /** The sum of the losses of the pass, once it is here. */
    double lossSum() {
        losses.get(lossSums);
        double sum = 0;
        for (int i = 0; i < DeviceLoss.SUMS; i++) {
            sum += lossSums[i];
        }
        return sum;
    }

    /** What the pass told, once it is here. */
    Score score(int rows) {
        hits.get(hitSums);
        long correct = 0;
        for (int i = 0; i < DeviceLoss.SUMS; i++) {
            correct += hitSums[i];
        }
        return new Score(rows, lossSum(), correct);
    }

    /** Host memory that it holds. */
    long bytes() {
        return memory.bytes();
    }

    @Override
    public void close() {
        memory.close();
    }
}
