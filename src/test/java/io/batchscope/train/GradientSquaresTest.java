package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientSquaresTest {
    private static final long INFINITE = Long.MAX_VALUE;

    /** E‖gᵢ‖² = |G|² + tr Σ / nᵢ: expectations go in, and what they were made of must come out. */
    @ParameterizedTest
    @CsvSource({"2, 1", "8, 16", "64, 128"})
    void givesBackWhatExpectationsAreMadeOf(int parts, int each) {
        double signal = 0.0375;
        double noise = 12.5;
        long batch = (long) parts * each;
        double small = signal + noise / each;
        GradientSquares squares =
                new GradientSquares(parts, batch * small, small, signal + noise / batch, batch, INFINITE);
        assertThat(squares.noise()).isCloseTo(noise, within(1e-12 * noise));
        assertThat(squares.signal()).isCloseTo(signal, within(1e-12));
    }

    @Test
    void partsMayDiffer() {
        int[] sizes = {3, 1, 4, 1, 5};
        double signal = 2;
        double noise = 7;
        double weighted = 0;
        for (int size : sizes) {
            weighted += size * (signal + noise / size);
        }
        GradientSquares squares = new GradientSquares(5, weighted, 0, signal + noise / 14, 14, INFINITE);
        assertThat(squares.noise()).isCloseTo(noise, within(1e-12));
        assertThat(squares.signal()).isCloseTo(signal, within(1e-12));
    }

    /**
     * All ways to split a set of gradients are equally likely, so the mean estimate over shuffles is the truth of the set: the
     * trace of its covariance (divisor N − 1) and the squared norm of its mean, at any batch size, N included.
     */
    @ParameterizedTest
    @CsvSource({"4, 2", "12, 3", "24, 8", "24, 2"})
    void withoutReplacementItIsUnbiasedForTheSet(int batch, int parts) {
        double[] values = {3, -1, 4, 1, -5, 9, 2, 6, -5, 3, 5, 8, -9, 7, 9, 3, 2, 3, 8, -4, 6, 2, 6, 4};
        int all = values.length;
        double mean = java.util.Arrays.stream(values).average().orElseThrow();
        double trace = java.util.Arrays.stream(values)
                        .map(v -> (v - mean) * (v - mean))
                        .sum()
                / (all - 1);
        Random random = new Random(5);
        double noise = 0;
        double signal = 0;
        int shuffles = 400_000;
        for (int shuffle = 0; shuffle < shuffles; shuffle++) {
            GradientSquares squares = squares(values, random, batch, parts);
            noise += squares.noise() / shuffles;
            signal += squares.signal() / shuffles;
        }
        assertThat(noise).isCloseTo(trace, within(0.01 * trace));
        assertThat(signal).isCloseTo(mean * mean, within(0.01 * trace));
    }

    private static GradientSquares squares(double[] values, Random random, int batch, int parts) {
        for (int i = 0; i < batch; i++) {
            int other = i + random.nextInt(values.length - i);
            double value = values[i];
            values[i] = values[other];
            values[other] = value;
        }
        double weighted = 0;
        double sum = 0;
        int each = batch / parts;
        for (int part = 0; part < parts; part++) {
            double partSum = 0;
            for (int i = part * each; i < (part + 1) * each; i++) {
                partSum += values[i];
            }
            weighted += partSum * partSum / each;
            sum += partSum;
        }
        double whole = sum / batch;
        return new GradientSquares(parts, weighted, 0, whole * whole, batch, values.length);
    }

    @Test
    void onePartOrNoNumberTellsNothing() {
        assertThat(GradientSquares.of(1, 2, 2, 2, 8, INFINITE)).isNull();
        assertThat(GradientSquares.of(0, 0, 0, 0, 8, INFINITE)).isNull();
        assertThat(GradientSquares.of(2, Double.NaN, 2, 2, 8, INFINITE)).isNull();
        assertThat(GradientSquares.of(2, 2, 2, Double.POSITIVE_INFINITY, 8, INFINITE))
                .isNull();
        assertThat(GradientSquares.of(2, 8, 4, 1, 8, INFINITE)).isEqualTo(new GradientSquares(2, 8, 2, 1, 8, INFINITE));
    }

    @Test
    void theNoiseScaleIsTheRatioOfMeansNotTheMeanOfRatios() {
        NoiseAverage average = new NoiseAverage(0.25, 0);
        assertThat(average.noiseScale()).isNull();
        // Noise 6 and 2, signal 1 and 3.
        average.add(new GradientSquares(2, 4 * (1 + 6 / 2.0), 0, 1 + 6 / 4.0, 4, INFINITE));
        average.add(new GradientSquares(2, 4 * (3 + 2 / 2.0), 0, 3 + 2 / 4.0, 4, INFINITE));
        assertThat(average.noiseScale()).isCloseTo(4 / 2.0, within(1e-12));
        // From the fifth on the latest counts a quarter.
        for (int i = 0; i < 2; i++) {
            average.add(new GradientSquares(2, 4 * (2 + 4 / 2.0), 0, 2 + 4 / 4.0, 4, INFINITE));
        }
        average.add(new GradientSquares(2, 4 * (6 + 8 / 2.0), 0, 6 + 8 / 4.0, 4, INFINITE));
        assertThat(average.noiseScale()).isCloseTo((0.75 * 4 + 0.25 * 8) / (0.75 * 2 + 0.25 * 6), within(1e-12));
    }

    @Test
    void noSignalHasNoNoiseScale() {
        NoiseAverage average = new NoiseAverage(1, 0);
        average.add(new GradientSquares(2, 40, 0, 0.5, 4, INFINITE));
        assertThat(average.noiseScale()).isNull();
        // Clipped at 0, the gain is all of the scale.
        NoiseAverage clipped = new NoiseAverage(1, 1e-6);
        clipped.add(new GradientSquares(2, 40, 0, 0.5, 4, INFINITE));
        assertThat(clipped.gain(2, 16)).isEqualTo(16);
    }

    @Test
    void squaredNormsAddUpAllElements() {
        float[] values = new float[37];
        double expected = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 31 % 17 - 8) / 4f;
            expected += i >= 3 && i < 36 ? (double) values[i] * values[i] : 0;
        }
        assertThat(SquaredNorm.of(values, 3, 36)).isEqualTo(expected);
        assertThat(SquaredNorm.of(values, 5, 5)).isZero();
    }
}
