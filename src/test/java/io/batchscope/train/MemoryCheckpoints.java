package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.TreeMap;

/** Keeps checkpoints as bytes in memory, as a disk would. */
final class MemoryCheckpoints implements CheckpointStore {
    final TreeMap<Long, byte[]> files = new TreeMap<>();

    @Override
    public synchronized Optional<Checkpoint> latest(RunPlan plan, int parameterCount) {
        if (files.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(CheckpointCodec.read(
                    new ByteArrayInputStream(files.lastEntry().getValue()), plan, parameterCount));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void save(Checkpoint checkpoint) throws IOException {
        files.put(checkpoint.step(), bytes(checkpoint));
    }

    static byte[] bytes(Checkpoint checkpoint) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CheckpointCodec.write(checkpoint, out);
        return out.toByteArray();
    }
}
