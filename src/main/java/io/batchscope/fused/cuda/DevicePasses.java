package io.batchscope.fused.cuda;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.fused.GradientOrder;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.Program;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The passes of a replica that are ready, and the examples that are kept on its device. Passes take turns in one block of
 * memory, as large as the largest needs.
 */
final class DevicePasses implements AutoCloseable {
    /** As the fused replica. */
    private static final int KEPT = 12;

    /** Which pass. */
    private record Key(int rows, boolean training, boolean gathers) {}

    private final Gpu gpu;
    private final Program program;
    private final ReplicaMemory memory;
    private final GradientOrder order;
    private final boolean graphs;
    private final Map<Key, DevicePass> passes = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable KeptExamples kept;
    private @Nullable DevicePass latest;
    private int latestRows;
    private boolean latestTraining;
    private boolean latestGathers;

    /** @param graphs whether passes become CUDA graphs */
    DevicePasses(Gpu gpu, Program program, ReplicaMemory memory, GradientOrder order, boolean graphs) {
        this.gpu = gpu;
        this.program = program;
        this.memory = memory;
        this.order = order;
        this.graphs = graphs;
    }

    /** Keeps examples on the device, in place of those so far, if there is room for them; whether there is. */
    boolean keep(Examples examples) {
        forgetExamples();
        kept = KeptExamples.of(gpu, examples);
        return kept != null;
    }

    /**
     * The pass for a batch, with the memory that it needs.
     *
     * @throws DeviceMemoryException if there is too little
     */
    DevicePass of(Batch batch, boolean training) {
        boolean gathers = kept != null && kept.has(batch);
        if (latest == null
                // A larger pass that was refused has left no memory.
                || latest.bytes() > memory.workspace().bytes()
                || batch.size() != latestRows
                || training != latestTraining
                || gathers != latestGathers) {
            latest = reserved(batch.size(), training, gathers);
            latestRows = batch.size();
            latestTraining = training;
            latestGathers = latest.kept() != null;
        }
        latest.bind(memory.workspace());
        return latest;
    }

    /** Rather than have no pass it gives up the examples that are kept. */
    private DevicePass reserved(int rows, boolean training, boolean gathers) {
        try {
            return reserve(find(new Key(rows, training, gathers)));
        } catch (DeviceMemoryException e) {
            if (kept == null) {
                throw tooLarge(rows, e);
            }
        }
        forgetExamples();
        try {
            return reserve(find(new Key(rows, training, false)));
        } catch (DeviceMemoryException e) {
            throw tooLarge(rows, e);
        }
    }

    private DevicePass reserve(DevicePass pass) {
        if (pass.bytes() > memory.workspace().bytes()) {
            Gpu.quietly(() -> memory.workspace().resize(pass.bytes()));
        }
        return pass;
    }

    private DeviceMemoryException tooLarge(int rows, DeviceMemoryException cause) {
        return new DeviceMemoryException(gpu.device().describe() + ": must have memory for " + rows
                + " examples at once, but has too little (" + cause.getMessage()
                + ")");
    }

    private DevicePass find(Key key) {
        DevicePass known = passes.get(key);
        if (known != null) {
            return known;
        }
        DevicePass pass = compile(key);
        passes.put(key, pass);
        if (passes.size() > KEPT) {
            Iterator<DevicePass> eldest = passes.values().iterator();
            eldest.next().close();
            eldest.remove();
        }
        return pass;
    }

    private DevicePass compile(Key key) {
        DeviceLowering lowering = new DeviceLowering(gpu, program, memory, order, key.rows(), key.training());
        try {
            return DeviceCompiler.compile(program, memory, lowering, order, key.gathers() ? kept : null, graphs);
        } catch (RuntimeException | Error e) {
            lowering.close();
            throw e;
        }
    }

    /** With the passes that gather from them. */
    private void forgetExamples() {
        if (kept != null) {
            passes.values().removeIf(pass -> {
                boolean gathers = pass.kept() != null;
                if (gathers) {
                    pass.close();
                }
                return gathers;
            });
            latest = null;
            kept.close();
            kept = null;
        }
    }

    /** Device memory of the examples that are kept. */
    long keptBytes() {
        return kept == null ? 0 : kept.deviceBytes();
    }

    /** Host memory that it holds. */
    long hostBytes() {
        return kept == null ? 0 : kept.bytes();
    }

    @Override
    public void close() {
        forgetExamples();
        passes.values().forEach(DevicePass::close);
        passes.clear();
        latest = null;
    }
}
