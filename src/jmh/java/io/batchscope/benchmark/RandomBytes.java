package io.batchscope.benchmark;

import io.batchscope.data.Examples;
import io.batchscope.data.Manifest;
import io.batchscope.data.Manifest.Encoding;
import io.batchscope.data.Normalization;
import io.batchscope.data.PackedExamples;
import io.batchscope.plan.Task;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Made-up images as a prepared data set has them: bytes, normalized when they are copied. */
final class RandomBytes {
    private RandomBytes() {}

    /** As many examples, the same for the same seed. */
    static Examples of(Workload workload, int count, long seed) {
        Manifest manifest = new Manifest(
                1,
                "random",
                "random",
                Task.CLASSIFICATION,
                workload.shape(),
                Encoding.UINT8,
                IntStream.range(0, Workload.CLASSES).mapToObj(Integer::toString).toList(),
                // About what normalizes bytes that are equally likely: mean 127.5, standard deviation 74.
                new Normalization(List.of(127.5f), List.of(1 / 74f)),
                0,
                1,
                seed,
                Map.of(),
                Map.of());
        PackedExamples.Collector collector = new PackedExamples.Collector(manifest, count);
        Random random = new Random(seed);
        byte[] image = new byte[workload.featureCount()];
        for (int i = 0; i < count; i++) {
            random.nextBytes(image);
            collector.add(ByteBuffer.wrap(image), random.nextInt(Workload.CLASSES));
        }
        return collector.finish();
    }
}
