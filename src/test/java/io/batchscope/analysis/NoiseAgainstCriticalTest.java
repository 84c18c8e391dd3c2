package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.law.Drawings;
import io.batchscope.law.Interval;
import io.batchscope.law.TradeOff;
import io.batchscope.result.FindingRecord;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class NoiseAgainstCriticalTest {
    private static RunFixture measured(long batchSize, double scale, double low, double high) {
        return run(batchSize, 1)
                .with("gradientNoise", scale)
                .with("gradientSignal", 1.0)
                .with("noiseScale", scale)
                .with("noiseScaleLow", low)
                .with("noiseScaleHigh", high);
    }

    private static List<BatchSummary> batches(RunFixture... runs) {
        return StudySummary.of(tables(runs)).batches();
    }

    /** A law with this critical batch size, and that of its drawings. */
    private static List<FindingRecord> findings(List<BatchSummary> batches, double critical, double... drawn) {
        return NoiseAgainstCritical.of(
                "example",
                batches,
                new TradeOff(10, 10 * critical),
                new Drawings<>(DoubleStream.of(drawn)
                        .mapToObj(each -> new TradeOff(10, 10 * each))
                        .toList()));
    }

    @Test
    void takesTheNoiseScaleOfTheNearestBatchSize() {
        List<BatchSummary> batches = batches(
                measured(8, 10, 8, 12), measured(64, 100, 50, 200), measured(1024, 900, 800, 1000), run(200, 1));

        // As ratios 64 is nearer to 200 than 1024 is.
        FindingRecord finding = findings(batches, 200, 100, 400).get(0);

        assertThat(finding.finding()).isEqualTo("noise_scale_over_critical_batch");
        assertThat(finding.batchSize()).isEqualTo(64);
        assertThat(Objects.requireNonNull(finding.value())).isCloseTo(0.5, within(1e-12));
        // Both may be a factor of two off either way, so the ratio a factor of 2^√2.
        double factor = Math.pow(2, Math.sqrt(2));
        assertThat(Objects.requireNonNull(finding.low())).isCloseTo(0.5 / factor, within(1e-9));
        assertThat(Objects.requireNonNull(finding.high())).isCloseTo(0.5 * factor, within(1e-9));
        assertThat(finding.detail())
                .startsWith(
                        "The noise scale late in runs with batch 64, the nearest to the critical batch size where it was"
                                + " measured, is 0.5 times that (100 over 200 examples, 95 % interval 0.188 to 1.33): it is not shown"
                                + " to differ from it;");
    }

    @Test
    void saysWhereItCannotStandForTheOther() {
        List<BatchSummary> batches = batches(measured(64, 100, 90, 110));

        assertThat(findings(batches, 2000, 1500, 2500).get(0).detail()).contains("it is too small to stand for it");
        assertThat(findings(batches, 10, 8, 12).get(0).detail()).contains("it is too large to stand for it");
    }

    @Test
    void hasNoEndWhereOneOfTheTwoHasNone() {
        List<BatchSummary> known = batches(measured(64, 100, 50, 200));
        FindingRecord upward =
                findings(known, 200, 100, Double.POSITIVE_INFINITY).get(0);
        assertThat(upward.low()).isNull();
        assertThat(upward.high()).isNotNull();

        List<BatchSummary> single = batches(run(64, 1)
                .with("gradientNoise", 100.0)
                .with("gradientSignal", 1.0)
                .with("noiseScale", 100.0));
        FindingRecord alone = findings(single, 200, 100, 400).get(0);
        assertThat(alone.value()).isEqualTo(0.5);
        assertThat(alone.low()).isNull();
        assertThat(alone.high()).isNull();
        assertThat(alone.detail()).contains("without a 95 % interval");
    }

    @Test
    void needsBoth() {
        assertThat(findings(batches(run(64, 1)), 200, 100, 400)).isEmpty();
        assertThat(findings(batches(measured(64, 100, 50, 200)), Double.POSITIVE_INFINITY, 100, 400))
                .isEmpty();
    }

    /** Of two estimates with independent errors, each with a 95 % interval, it is one for their ratio. */
    @Test
    void theIntervalOfARatioHoldsTheTruthAsOftenAsItSays() {
        SplittableRandom random = new SplittableRandom(5);
        int held = 0;
        for (int i = 0; i < 4000; i++) {
            double above = Math.exp(0.3 * normal(random));
            double below = Math.exp(0.6 * normal(random));
            held += NoiseAgainstCritical.interval(above, around(above, 0.3), below, around(below, 0.6))
                            .contains(1)
                    ? 1
                    : 0;
        }
        assertThat((double) held).isCloseTo(3800, Percentage.withPercentage(1.5));
    }

    private static Interval around(double value, double deviation) {
        return new Interval(value * Math.exp(-1.96 * deviation), value * Math.exp(1.96 * deviation));
    }

    private static double normal(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
