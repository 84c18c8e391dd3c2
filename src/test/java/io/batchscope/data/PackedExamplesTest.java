package io.batchscope.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.Manifest.Encoding;
import io.batchscope.plan.Task;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PackedExamplesTest {
    private static Manifest manifest(Task task, Encoding encoding, int features, Normalization normalization) {
        return new Manifest(
                1,
                "test",
                "f",
                task,
                List.of(features),
                encoding,
                task == Task.CLASSIFICATION ? List.of("a", "b", "c") : List.of(),
                normalization,
                task == Task.CLASSIFICATION ? 0 : 10,
                task == Task.CLASSIFICATION ? 1 : 0.5,
                1,
                Map.of(),
                Map.of());
    }

    private static ByteBuffer floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.flip();
    }

    @Test
    void normalizesUnsignedBytesWithOneMeanAndScale() {
        var collector = new PackedExamples.Collector(
                manifest(Task.CLASSIFICATION, Encoding.UINT8, 2, new Normalization(List.of(100f), List.of(0.5f))), 2);
        collector.add(ByteBuffer.wrap(new byte[] {0, (byte) 200}), 2);
        collector.add(ByteBuffer.wrap(new byte[] {(byte) 255, 100}), 1);
        PackedExamples examples = collector.finish();

        float[] into = new float[4];
        examples.copyFeatures(0, into, 0);
        examples.copyFeatures(1, into, 2);
        assertThat(into).containsExactly(-50, 50, 77.5f, 0);
        assertThat(examples.classOf(0)).isEqualTo(2);
        assertThat(examples.classOf(1)).isEqualTo(1);
        assertThat(examples.targetOf(0)).isZero();
    }

    @Test
    void normalizesFloatsByFeatureAndTheTarget() {
        var collector = new PackedExamples.Collector(
                manifest(Task.REGRESSION, Encoding.FLOAT32, 2, new Normalization(List.of(1f, -2f), List.of(2f, 0.25f))),
                1);
        collector.add(floats(3, 6), 14);
        PackedExamples examples = collector.finish();

        float[] into = new float[3];
        examples.copyFeatures(0, into, 1);
        assertThat(into).containsExactly(0, 4, 2);
        assertThat(examples.targetOf(0)).isEqualTo(2);
        assertThat(examples.classOf(0)).isZero();
    }

    @Test
    void holdsMoreThanExpectedOverManyBlocksInAnyOrder() {
        int features = 3 << 16;
        var collector = new PackedExamples.Collector(
                manifest(Task.CLASSIFICATION, Encoding.UINT8, features, Normalization.none()), 1);
        for (int index = 19; index >= 0; index--) {
            byte[] bytes = new byte[features];
            bytes[features - 1] = (byte) (10 * index);
            collector.put(index, ByteBuffer.wrap(bytes), index % 3);
        }
        PackedExamples examples = collector.finish();

        assertThat(examples.size()).isEqualTo(20);
        assertThat(examples.featureCount()).isEqualTo(features);
        assertThat(examples.memoryBytes()).isBetween(20L * features, 25L * features);
        float[] into = new float[features];
        for (int index = 0; index < 20; index++) {
            examples.copyFeatures(index, into, 0);
            assertThat(into[features - 1]).isEqualTo(10 * index);
            assertThat(examples.classOf(index)).isEqualTo(index % 3);
        }
    }

    @Test
    void givesEveryByteTheBitsOfItsFormulaAlsoManyExamplesAtOnce() {
        int features = 784;
        float mean = 72.94f;
        float scale = 0.0111f;
        byte[] allBytes = new byte[features];
        for (int i = 0; i < features; i++) {
            allBytes[i] = (byte) i;
        }
        for (boolean alike : new boolean[] {true, false}) {
            int given = alike ? 1 : features;
            Normalization normalization =
                    new Normalization(Collections.nCopies(given, mean), Collections.nCopies(given, scale));
            var collector = new PackedExamples.Collector(
                    manifest(Task.CLASSIFICATION, Encoding.UINT8, features, normalization), 100);
            for (int index = 0; index < 100; index++) {
                allBytes[1] = (byte) (200 + index);
                collector.add(ByteBuffer.wrap(allBytes), index % 3);
            }
            PackedExamples examples = collector.finish();
            int[] indices = IntStream.range(0, 100).map(i -> (7 * i + 3) % 100).toArray();
            float[] into = new float[99 * features];
            examples.copyFeatures(indices, 1, 100, into);
            for (int row = 0; row < 99; row++) {
                for (int i = 0; i < features; i++) {
                    int value = (i == 1 ? 200 + indices[row + 1] : i) & 0xff;
                    assertThat(into[row * features + i]).isEqualTo((value - mean) * scale);
                }
            }
            assertThatThrownBy(() -> examples.copyFeatures(new int[] {0, 100}, 0, 2, into))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void leavesTheBufferOfAnExampleAsItWas() {
        ByteBuffer buffer = floats(1, 2);
        new PackedExamples.Collector(manifest(Task.REGRESSION, Encoding.FLOAT32, 2, Normalization.none()), 1)
                .add(buffer, 0);
        assertThat(buffer.remaining()).isEqualTo(8);
    }

    @Test
    void refusesAnExampleOfTheWrongSizeAndAnIndexItHasNot() {
        var collector = new PackedExamples.Collector(
                manifest(Task.CLASSIFICATION, Encoding.FLOAT32, 2, Normalization.none()), 1);
        assertThatThrownBy(() -> collector.add(floats(1), 0))
                .hasMessage("an example has 8 bytes of features, but here are 4");
        assertThatThrownBy(() -> collector.finish().copyFeatures(0, new float[2], 0))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("Index 0 out of bounds for length 0");
    }

    @Test
    void fillsABatchByPositionsOrByRange() {
        var collector = new PackedExamples.Collector(
                manifest(Task.CLASSIFICATION, Encoding.FLOAT32, 1, Normalization.none()), 4);
        for (int i = 0; i < 4; i++) {
            collector.add(floats(10 * i), i % 3);
        }
        PackedExamples examples = collector.finish();
        Batch batch = new Batch(3, 1);
        batch.fill(examples, new int[] {9, 3, 0, 2}, 1, 4);
        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.capacity()).isEqualTo(3);
        assertThat(batch.features()).containsExactly(30, 0, 20);
        assertThat(batch.classes()).containsExactly(0, 0, 2);

        batch.fill(examples, 1, 3);
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.features()).startsWith(10, 20);
        assertThat(batch.classes()).startsWith(1, 2);
    }

    @Test
    void fillsABatchWithTargetsOfARegression() {
        var collector =
                new PackedExamples.Collector(manifest(Task.REGRESSION, Encoding.FLOAT32, 1, Normalization.none()), 2);
        collector.add(floats(1), 12);
        collector.add(floats(2), 8);
        Batch batch = new Batch(2, 1);
        batch.fill(collector.finish(), 0, 2);
        assertThat(batch.targets()).containsExactly(1, -1);
        assertThat(batch.featureCount()).isEqualTo(1);
    }
}
