package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.fused.GradientOrder;
import io.batchscope.train.Device;
import io.batchscope.train.ParameterTensor;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.WeightPenalty;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.cuda.global.cudart;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program on a GPU. Parameters and gradient are the caller's, on the host; a pass is put together once for each number
 * of examples that comes up, and recorded as CUDA graphs when it comes up again. Passes take turns in one block of the device's
 * memory, as large as the largest needs. For one thread at a time.
 */
final class CudaReplica implements Replica {
    private static final Duration TIMEOUT = Duration.ofMinutes(10);
    private static final GradientListener NOBODY = part -> {};

    private final Program program;
    private final GradientOrder order;
    private final Gpu gpu;
    private final ReplicaMemory memory;
    private final HostSide host;
    private final Labels labels;
    private final DevicePasses passes;
    private final int features;
    private @Nullable Staging staging;
    private long seed;

    private CudaReplica(
            Program program, Gpu gpu, GradientOrder order, ReplicaMemory memory, HostSide host, boolean graphs) {
        this.program = program;
        this.order = order;
        this.gpu = gpu;
        this.memory = memory;
        this.host = host;
        this.features = program.inputShape().stream().reduce(1, Math::multiplyExact);
        this.passes = new DevicePasses(gpu, program, memory, order, graphs);
        this.labels = new Labels(gpu, program.loss() instanceof Program.Loss.SoftmaxCrossEntropy);
    }

    /**
     * Makes one on a GPU.
     *
     * @param start of the parameters, {@code float[parameterCount]}
     * @param address of the GPU
     * @param graphs whether passes become CUDA graphs
     */
    static CudaReplica of(Program program, float[] start, boolean tensorFloat32, String address, boolean graphs) {
        List<AutoCloseable> opened = new ArrayList<>();
        try {
            Gpu gpu = new Gpu(address, tensorFloat32, TIMEOUT);
            opened.add(gpu);
            ReplicaMemory memory = new ReplicaMemory(program.parameterCount(), DeviceLoss.RESULT_BYTES);
            opened.add(memory);
            HostSide host = new HostSide(memory, program.parameterCount());
            opened.add(host);
            // Parameters that no operation names have a gradient of 0, which nobody writes.
            check(
                    cudart.cudaMemsetAsync(
                            memory.gradient(0).pointer(),
                            0,
                            (long) program.parameterCount() * Float.BYTES,
                            gpu.compute()),
                    "zeros");
            host.writeParameters(start, 0, start.length);
            return new CudaReplica(program, gpu, new GradientOrder(program), memory, host, graphs);
        } catch (RuntimeException | Error e) {
            DevicePass.closeAll(opened);
            throw e;
        }
    }

    @Override
    public int parameterCount() {
        return program.parameterCount();
    }

    @Override
    public void readParameters(float[] into) {
        host.readParameters(into);
    }

    @Override
    public void writeParameters(float[] values) {
        writeParameters(values, 0, parameterCount());
    }

    @Override
    public void writeParameters(float[] values, int from, int to) {
        host.writeParameters(values, from, to);
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
    public Optional<Device> device() {
        return Optional.of(gpu.device());
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
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        return gradient(batch, weight, add, into, NOBODY);
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into, GradientListener listener) {
        gpu.enter();
        DevicePass pass = passes.of(batch, true);
        upload(pass, batch, weight, batch.labelSmoothing());
        List<Segment> segments = pass.segments();
        for (int i = 0; i < segments.size(); i++) {
            start(segments.get(i), i == segments.size() - 1);
        }
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            gpu.await(segment.copied(), "a gradient");
            List<Range> ranges = segment.ranges();
            for (int j = 0; j < ranges.size(); j++) {
                host.giveGradient(ranges.get(j), add, into);
            }
            for (int part = segment.firstPart(); part < segment.lastPart(); part++) {
                listener.onReady(part);
            }
        }
        return host.lossSum();
    }

    /** Starts a segment, and the copies of what is final after it. */
    private void start(Segment segment, boolean last) {
        segment.start(gpu.compute());
        check(cudart.cudaStreamWaitEvent(gpu.copies(), segment.done(), 0), "to wait for an event");
        List<Range> ranges = segment.ranges();
        for (int i = 0; i < ranges.size(); i++) {
            host.fetchGradient(ranges.get(i), gpu.copies());
        }
        if (last) {
            host.fetchResults(gpu.copies());
        }
        check(cudart.cudaEventRecord(segment.copied(), gpu.copies()), "an event");
    }

    @Override
    public Score score(Batch batch) {
        run(batch);
        return host.score(batch.size());
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        DevicePass pass = run(batch);
        staging(batch.size()).download(pass.loss().outputs(), into, 0, batch.size() * program.outputs());
    }

    /** Runs the batch in inference mode to its end. */
    private DevicePass run(Batch batch) {
        gpu.enter();
        DevicePass pass = passes.of(batch, false);
        upload(pass, batch, 0, 0);
        Segment segment = pass.segments().get(0);
        start(segment, true);
        gpu.await(segment.copied(), "outputs");
        return pass;
    }

    private void upload(DevicePass pass, Batch batch, float weight, double smoothing) {
        host.send(seed, weight, smoothing, gpu.compute());
        labels.upload(batch, pass.loss().labels());
        KeptExamples kept = pass.kept();
        if (kept != null) {
            kept.uploadNumbers(batch, pass.input());
        } else {
            staging(batch.size()).upload(batch, 0, batch.size(), pass.input());
        }
    }

    @Override
    public boolean keep(Examples examples) {
        gpu.enter();
        return passes.keep(examples);
    }

    private Staging staging(int rows) {
        long floats = (long) rows * features;
        if (staging != null && staging.isTooSmallFor(floats)) {
            staging.close();
            staging = null;
        }
        if (staging == null) {
            staging = new Staging(gpu, floats);
        }
        return staging;
    }

    /** Page-locked host memory. */
    @Override
    public long nativeBytes() {
        return host.bytes() + (staging == null ? 0 : staging.bytes()) + labels.bytes() + passes.hostBytes();
    }

    @Override
    public long deviceBytes() {
        return gpu.bytes() + memory.bytes() + passes.keptBytes();
    }

    @Override
    public void close() {
        gpu.enter();
        Gpu.quietly(() -> {
            passes.close();
            if (staging != null) {
                staging.close();
            }
            labels.close();
            host.close();
            memory.close();
            gpu.close();
        });
    }
}
