package io.batchscope.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.testing.LabelledExamples;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabelNoiseTest {
    private static final int COUNT = 30_000;

    @Test
    void changesTheShareThatIsAskedForEvenlyToTheOthers() {
        LabelNoise noise = new LabelNoise(0.3, 4, 9);
        int[] given = new int[4];
        IntStream.range(0, COUNT).forEach(number -> given[noise.classOf(number, 2)]++);
        // Standard errors: √(0.3 · 0.7 / 30,000) = 0.0026, and √(0.1 · 0.9 / 30,000) = 0.0017.
        assertThat(given[2] / (double) COUNT).isCloseTo(0.7, within(0.0105));
        for (int other : List.of(0, 1, 3)) {
            assertThat(given[other] / (double) COUNT).isCloseTo(0.1, within(0.007));
        }
    }

    @Test
    void aLargerShareChangesMoreAndTheSame() {
        LabelNoise less = new LabelNoise(0.1, 10, 9);
        LabelNoise more = new LabelNoise(0.4, 10, 9);
        assertThat(IntStream.range(0, 1000).filter(number -> less.classOf(number, 5) != 5))
                .isNotEmpty()
                .allMatch(number -> more.classOf(number, 5) == less.classOf(number, 5));
        assertThat(IntStream.range(0, 1000)).allMatch(number -> new LabelNoise(0, 10, 9).classOf(number, 5) == 5);
    }

    @Test
    void anotherSeedChangesOthers() {
        List<Integer> one = changed(1);
        List<Integer> other = changed(2);
        assertThat(one).hasSizeBetween(60, 140).isNotEqualTo(other);
    }

    private static List<Integer> changed(long seed) {
        LabelNoise noise = new LabelNoise(0.1, 10, seed);
        return IntStream.range(0, 1000)
                .filter(number -> noise.classOf(number, 5) != 5)
                .boxed()
                .toList();
    }

    @Test
    void refusesAShareOfOneAndASingleClass() {
        assertThatThrownBy(() -> new LabelNoise(1, 10, 1))
                .hasMessage("label noise needs a share in [0, 1) and at least 2 classes, but has 1.0 and 10");
        assertThatThrownBy(() -> new LabelNoise(0.1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anExampleHasTheSameWrongClassWhateverWorkersAndLanes() {
        int examples = 103;
        LabelledExamples all = new LabelledExamples(
                IntStream.range(0, examples).mapToObj(i -> new float[] {i}).toList(),
                IntStream.range(0, examples).map(i -> i % 5).boxed().toList());
        LabelNoise noise = new LabelNoise(0.5, 5, 3);
        float[] feature = new float[1];
        for (int lanes : List.of(1, 12, 103)) {
            EpochOrder order = new EpochOrder(examples, lanes, 4);
            for (int workers : List.of(1, 2, 5)) {
                int seen = 0;
                for (int rank = 0; rank < workers; rank++) {
                    Examples clean = OwnedExamples.of(all, order, rank, workers);
                    RelabelledExamples noisy = new RelabelledExamples(clean, noise, order, rank, workers);
                    for (int i = 0; i < noisy.size(); i++) {
                        noisy.copyFeatures(i, feature, 0);
                        int number = (int) feature[0];
                        assertThat(order.indexOf(i, rank, workers)).isEqualTo(number);
                        assertThat(noisy.trueClassOf(i)).isEqualTo(number % 5);
                        assertThat(noisy.classOf(i)).isEqualTo(noise.classOf(number, number % 5));
                        seen++;
                    }
                }
                assertThat(seen).isEqualTo(examples);
            }
        }
    }
}
