package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.SplitMix;
import io.batchscope.train.Replica.Range;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdEncoderTest {
    private static final float THRESHOLD = 0.25f;

    private static ThresholdEncoder encoder(int length) {
        return new ThresholdEncoder(new GradientParts(List.of(), length));
    }

    /** −1, 0 or 1 for every element. */
    private static float[] signs(ThresholdEncoder encoder) {
        float[] signs = new float[encoder.residual().length];
        ThresholdEncoder.addSigns(encoder.signs(), 0, encoder.signs().length, signs);
        return signs;
    }

    @Test
    void sendsWhatReachesTheThresholdAndKeepsTheRest() {
        float below = Math.nextDown(THRESHOLD);
        ThresholdEncoder encoder = encoder(9);
        encoder.encode(
                new float[] {0.25f, -0.25f, below, -below, 0, -0f, 1, -1, Float.MIN_VALUE},
                THRESHOLD,
                ThresholdEncoder.UNBOUNDED);
        assertThat(signs(encoder)).containsExactly(1, -1, 0, 0, 0, 0, 1, -1, 0);
        assertThat(encoder.sent()).isEqualTo(4);
        assertThat(encoder.residual())
                .usingElementComparator(Float::compare)
                .containsExactly(0f, 0f, below, -below, 0f, 0f, 0.75f, -0.75f, Float.MIN_VALUE);
        assertThat(encoder.finite()).isTrue();
    }

    @Test
    void whatIsKeptIsSentLater() {
        ThresholdEncoder encoder = encoder(2);
        float[] sum = new float[2];
        for (int update = 1; update <= 10; update++) {
            encoder.encode(new float[] {0.125f, -1}, THRESHOLD, ThresholdEncoder.UNBOUNDED);
            ThresholdEncoder.addSigns(encoder.signs(), 0, 1, sum);
            int sentOnce = update / 2;
            assertThat(sum).as("update %d", update).containsExactly(sentOnce, -update);
        }
        for (int update = 1; update <= 40; update++) {
            encoder.encode(new float[2], THRESHOLD, ThresholdEncoder.UNBOUNDED);
            ThresholdEncoder.addSigns(encoder.signs(), 0, 1, sum);
        }
        assertThat(sum).containsExactly(5, -40);
        assertThat(encoder.residual()).containsExactly(0, 0);
        assertThat(encoder.sent()).isZero();
    }

    /** Multiples of a power of two add up without rounding, so the identity is exact. */
    @Test
    void gradientsAreWhatWasSentAndTheResidual() {
        int length = 1003;
        ThresholdEncoder encoder = encoder(length);
        SplitMix random = new SplitMix(1);
        float[] gradients = new float[length];
        float[] sent = new float[length];
        for (int update = 0; update < 200; update++) {
            float threshold = (1 + random.below(64)) / 256f;
            float[] gradient = new float[length];
            for (int i = 0; i < length; i++) {
                gradient[i] = (random.below(513) - 256) / 1024f;
                gradients[i] += gradient[i];
            }
            encoder.encode(gradient, threshold, ThresholdEncoder.UNBOUNDED);
            float[] signs = signs(encoder);
            for (int i = 0; i < length; i++) {
                sent[i] += signs[i] * threshold;
            }
        }
        for (int i = 0; i < length; i++) {
            assertThat(sent[i] + encoder.residual()[i]).as("element %d", i).isEqualTo(gradients[i]);
        }
    }

    @Test
    void gradientsOfAnySizeAreWhatWasSentAndTheResidualButForRounding() {
        int length = 500;
        int updates = 300;
        ThresholdEncoder encoder = encoder(length);
        Random random = new Random(2);
        double[] gradients = new double[length];
        double[] sent = new double[length];
        for (int update = 0; update < updates; update++) {
            float[] gradient = new float[length];
            for (int i = 0; i < length; i++) {
                gradient[i] = (float) (random.nextGaussian() * Math.exp(i / 100.0 - 4));
                gradients[i] += gradient[i];
            }
            encoder.encode(gradient, 0.1f, ThresholdEncoder.UNBOUNDED);
            float[] signs = signs(encoder);
            for (int i = 0; i < length; i++) {
                sent[i] += signs[i] * (double) 0.1f;
            }
        }
        for (int i = 0; i < length; i++) {
            // Two roundings an update, each of at most half a unit in the last place of a residual below 128.
            double rounding = updates * (double) Math.ulp(128f);
            assertThat(sent[i] + encoder.residual()[i]).as("element %d", i).isCloseTo(gradients[i], within(rounding));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 31, 32, 33, 100})
    void allElementsOrNoneAreSent(int length) {
        float[] gradient = new float[length];
        for (int i = 0; i < length; i++) {
            gradient[i] = i % 3 == 0 ? -2 : 3;
        }
        ThresholdEncoder encoder = encoder(length);
        encoder.encode(gradient, 1, ThresholdEncoder.UNBOUNDED);
        assertThat(encoder.sent()).isEqualTo(length);
        for (int i = 0; i < length; i++) {
            assertThat(signs(encoder)[i]).isEqualTo(Math.signum(gradient[i]));
            assertThat(encoder.residual()[i]).isEqualTo(gradient[i] - Math.signum(gradient[i]));
        }
        ThresholdEncoder none = encoder(length);
        none.encode(gradient, 4, ThresholdEncoder.UNBOUNDED);
        assertThat(none.sent()).isZero();
        assertThat(none.signs()).containsOnly(0);
        assertThat(none.residual()).isEqualTo(gradient);
    }

    @Test
    void whatIsNoGradientIsPassedOver() {
        ThresholdEncoder encoder = new ThresholdEncoder(
                new GradientParts(List.of(new Range(33, 40), new Range(3, 5), new Range(5, 18)), 40));
        float[] gradient = new float[40];
        Arrays.fill(gradient, 1);
        gradient[35] = Float.NaN;
        encoder.encode(gradient, 0.5f, ThresholdEncoder.UNBOUNDED);
        assertThat(encoder.sent()).isEqualTo(3 + 15);
        assertThat(encoder.finite()).isTrue();
        float[] signs = signs(encoder);
        for (int i = 0; i < 40; i++) {
            boolean passedOver = (i >= 3 && i < 18) || i >= 33;
            assertThat(signs[i]).as("sign %d", i).isEqualTo(passedOver ? 0 : 1);
            assertThat(encoder.residual()[i]).as("residual %d", i).isEqualTo(passedOver ? 0 : 0.5f);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteIsNoticed(float value) {
        ThresholdEncoder encoder = encoder(20);
        float[] gradient = new float[20];
        gradient[17] = value;
        encoder.encode(gradient, 1e-3f, ThresholdEncoder.UNBOUNDED);
        assertThat(encoder.finite()).isFalse();
    }

    @Test
    void aResidualThatOverflowsIsNoticed() {
        ThresholdEncoder encoder = encoder(1);
        float[] huge = {Float.MAX_VALUE};
        encoder.encode(huge, 1, ThresholdEncoder.UNBOUNDED);
        assertThat(encoder.finite()).isTrue();
        encoder.encode(huge, 1, ThresholdEncoder.UNBOUNDED);
        assertThat(encoder.finite()).isFalse();
    }

    @Test
    void clippingCutsOnlyWhatIsBeyond() {
        ThresholdEncoder encoder = encoder(6);
        encoder.encode(new float[] {10, -10, 2, -2, 0.5f, 6}, 1, 5);
        assertThat(signs(encoder)).containsExactly(1, -1, 1, -1, 0, 1);
        assertThat(encoder.residual()).containsExactly(5, -5, 1, -1, 0.5f, 5);
        // Below the threshold too, though nothing is sent there.
        encoder.encode(new float[6], 8, 0.75f);
        assertThat(encoder.sent()).isZero();
        assertThat(encoder.residual()).containsExactly(0.75f, -0.75f, 0.75f, -0.75f, 0.5f, 0.75f);
        encoder.encode(new float[6], 0.75f, 0);
        assertThat(signs(encoder)).containsExactly(1, -1, 1, -1, 0, 1);
        assertThat(encoder.residual()).usingComparatorWithPrecision(0f).containsOnly(0f);
    }

    @Test
    void whatIsNotFiniteIsNoticedWhereResidualsAreCutToo() {
        ThresholdEncoder encoder = encoder(1);
        encoder.encode(new float[] {Float.NEGATIVE_INFINITY}, 1, 1);
        assertThat(encoder.finite()).isFalse();
    }
}
