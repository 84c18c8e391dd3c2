package io.batchscope.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.Task;
import org.junit.jupiter.api.Test;

class SyntheticExamplesTest {
    @Test
    void putsTheExamplesOfAClassOnItsCentreWithoutNoise() {
        var generator = new SyntheticExamples(Task.CLASSIFICATION, 4, 3, 0, 1).generator();
        float[] first = new float[4];
        float[] second = new float[4];
        assertThat(generator.example(1, first)).isEqualTo(1);
        assertThat(generator.example(4, second)).isEqualTo(1);
        assertThat(second).isEqualTo(first);
        assertThat(generator.example(5, second)).isEqualTo(2);
        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void drawsStandardNormalFeatures() {
        var generator = new SyntheticExamples(Task.REGRESSION, 10, 0, 0, 2).generator();
        float[] features = new float[10];
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 10_000; i++) {
            generator.example(i, features);
            for (float value : features) {
                sum += value;
                squares += value * value;
            }
        }
        // Standard errors over 100,000 draws are 0.003 and 0.0045.
        assertThat(sum / 100_000).isCloseTo(0, within(0.016));
        assertThat(squares / 100_000).isCloseTo(1, within(0.023));
    }

    @Test
    void makesTargetsThatAreLinearInTheFeaturesWithoutNoise() {
        var generator = new SyntheticExamples(Task.REGRESSION, 1, 0, 0, 3).generator();
        float[] x = new float[1];
        double slope = generator.example(0, x) / x[0];
        for (int i = 1; i < 20; i++) {
            double target = generator.example(i, x);
            assertThat(target).isCloseTo(slope * x[0], within(1e-12));
        }
    }

    @Test
    void dependsOnTheSeedAlone() {
        assertThat(firstFeature(4)).isEqualTo(firstFeature(4)).isNotEqualTo(firstFeature(5));
    }

    private static float firstFeature(long seed) {
        float[] features = new float[1];
        new SyntheticExamples(Task.CLASSIFICATION, 1, 2, 1, seed).generator().example(0, features);
        return features[0];
    }

    @Test
    void refusesAProblemThatIsNone() {
        assertThatThrownBy(() -> new SyntheticExamples(Task.CLASSIFICATION, 1, 1, 1, 1))
                .hasMessage("a synthetic problem needs features >= 1, classes >= 2, noise >= 0, but has features 1,"
                        + " classes 1, noise 1.0");
    }
}
