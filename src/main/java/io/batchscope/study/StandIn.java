package io.batchscope.study;

import io.batchscope.data.Examples;
import io.batchscope.data.Manifest;
import io.batchscope.data.PackedExamples;
import io.batchscope.data.Split;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Random examples in the place of a data set's own, stored as those are: to take time as training on it does, without
 * reading it.
 *
 * @param manifest of the data set
 */
public record StandIn(Manifest manifest) implements StepCalibration.Source {
    /** More than a processor's caches, in most machines. */
    private static final long MOST_BYTES = 32L << 20;

    @Override
    public Examples examples() {
        int width = manifest.encoding() == Manifest.Encoding.UINT8 ? 1 : Float.BYTES;
        int bytes = manifest.features() * width;
        int count = (int) Math.max(1, Math.min(manifest.examples(Split.TRAIN), MOST_BYTES / bytes));
        int labels = Math.max(1, manifest.classes().size());
        PackedExamples.Collector collector = new PackedExamples.Collector(manifest, count);
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer features = random(random, bytes, width);
        for (int i = 0; i < count; i++) {
            collector.add(features, random.nextInt(labels));
        }
        return collector.finish();
    }

    /** Of all examples the same: where they lie takes time, what they are does not. */
    private static ByteBuffer random(SplittableRandom random, int bytes, int width) {
        ByteBuffer features = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (features.hasRemaining()) {
            if (width == 1) {
                features.put((byte) random.nextInt());
            } else {
                features.putFloat((float) random.nextDouble(-1, 1));
            }
        }
        return features.flip();
    }
}
