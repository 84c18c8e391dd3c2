package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.known;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.analysis.AdviceRow.Verdict;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Widths of the range of rates that train, against closed forms. Losses start at 1, rates are 0.1 times a factor. */
class RateRangeTest {
    private static final List<Double> OCTAVES = List.of(0.25, 0.5, 1.0, 2.0, 4.0);

    private static RateRange range(RateRows rows) {
        return Objects.requireNonNull(rows.range());
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    private static FindingRecord finding(StudyTables tables) {
        return Findings.of(tables).stream()
                .filter(row -> row.finding().equals("learning_rate_range_octaves"))
                .findFirst()
                .orElseThrow();
    }

    /** Kept 0.5, 0.8, 1, 0.95, 0.7 of a reduction of 0.8: 0.9 lies half way from 0.8 to 1, and a fifth of the way from 0.95 to 0.7. */
    @Test
    void endsWhereTheLineBetweenTwoRatesCrossesNineTenths() {
        double[] losses = {0.6, 0.36, 0.2, 0.24, 0.44};
        RateRows rows = new RateRows();
        for (int i = 0; i < losses.length; i++) {
            rows.add(64, OCTAVES.get(i), 1, losses[i]);
        }
        RateRange range = range(rows);
        assertThat(range.width().mean()).isCloseTo(0.5 + 1 + 0.2, within(1e-12));
        assertThat(range.low()).isCloseTo(0.1 / Math.sqrt(2), within(1e-12));
        assertThat(range.high()).isCloseTo(0.2 * Math.pow(2, 0.2), within(1e-12));
        assertThat(range.isOpen()).isFalse();
        FindingRecord finding = finding(rows.tables());
        assertThat(finding.value()).isCloseTo(1.7, within(1e-12));
        assertThat(finding.low()).isNull();
        assertThat(finding.high()).isNull();
        assertThat(finding.detail())
                .isEqualTo(
                        "Batch 64: rates from 0.0707 to 0.23 train, 1.7 (one seed) octaves: each keeps 90 % or more of"
                                + " what the best rate takes off the validation loss.");
    }

    /** It keeps 0: from 1 to 0 the line crosses 0.9 after a tenth of the octave. */
    @Test
    void runsThatDivergedOrEndedAboveWhereTheyBeganKeepNothing() {
        RateRows rows = new RateRows().add(64, 0.5, 1, 7.0).add(64, 1, 1, 0.2).add(64, 2, 1, Double.NaN);
        assertThat(range(rows).width().mean()).isCloseTo(0.2, within(1e-12));
    }

    /** Rates beyond one that does not train don't count, even if they train. */
    @Test
    void isContiguous() {
        RateRows rows = new RateRows()
                .addAll(64, 1, List.of(1.0, 2.0, 4.0), rate -> 0.2)
                .add(64, 8, 1, Double.NaN)
                .add(64, 16, 1, 0.2);
        assertThat(range(rows).width().mean()).isCloseTo(2.1, within(1e-12));
        assertThat(range(rows).openBelow()).isTrue();
        assertThat(range(rows).openAbove()).isFalse();
    }

    @Test
    void isAtLeastSoWideWhereTheLastRateTriedTrains() {
        RateRows rows = new RateRows()
                .addAll(64, 1, OCTAVES, rate -> 0.2)
                .addAll(64, 2, OCTAVES, rate -> rate > 0.3 ? Double.NaN : 0.2);
        FindingRecord finding = finding(rows.tables());
        // 4 and 3.1 octaves.
        assertThat(finding.value()).isCloseTo(3.55, within(1e-12));
        assertThat(finding.low()).isLessThan(3.1);
        assertThat(finding.high()).isNull();
        assertThat(finding.detail())
                .contains("at least 3.55 (95 % interval")
                .endsWith(
                        "; with some seed the smallest and largest rate tried still train, so to find where it ends add"
                                + " 0.125 and 8 to learning-rate.search.factors.");
        FindingRecord ofOneSeed =
                finding(new RateRows().addAll(64, 1, OCTAVES, rate -> 0.2).tables());
        assertThat(ofOneSeed.value()).isEqualTo(4.0).isEqualTo(ofOneSeed.low());
        assertThat(ofOneSeed.high()).isNull();
    }

    /** Student: 1.7 and 1 octaves, t(0.975, 1) = 12.7062. */
    @Test
    void hasAnIntervalOverSeeds() {
        RateRows rows = new RateRows();
        double[] one = {0.6, 0.36, 0.2, 0.24, 0.44};
        double[] two = {0.6, 0.36, 0.2, 0.36, 0.44};
        for (int i = 0; i < one.length; i++) {
            rows.add(64, OCTAVES.get(i), 1, one[i]).add(64, OCTAVES.get(i), 2, two[i]);
        }
        FindingRecord finding = finding(rows.tables());
        assertThat(finding.value()).isCloseTo((1.7 + 1.0) / 2, within(1e-12));
        assertThat(finding.high()).isCloseTo(1.35 + 12.7062 * 0.35, within(1e-4));
        assertThat(known(range(rows).width()).count()).isEqualTo(2);
    }

    @Test
    void cannotBeToldWithoutALossOrWhereNothingTrains() {
        RateRows nothing = new RateRows().addAll(64, 1, OCTAVES, rate -> 1.5);
        assertThat(nothing.range()).isNull();
        assertThat(finding(nothing.tables()).value()).isNull();
        RateRows some = new RateRows().addAll(64, 1, OCTAVES, rate -> 0.5);
        assertThat(finding(some.withoutEvaluations()).value()).isNull();
        assertThat(finding(some.withoutEvaluations()).detail()).contains("a validation loss is missing");
    }

    /**
     * Gradient descent on a quadratic of curvature h: after T updates the loss is (1 − η·h)^(2T) of that before, so rates
     * keep 90 % where |1 − η·h| ≤ 0.1^(1/2T).
     */
    @ParameterizedTest
    @CsvSource({"10, 1", "10, 3", "5, 20", "2, 100"})
    void isThatOfGradientDescentOnAQuadratic(double curvature, int updates) {
        double edge = Math.pow(0.1, 0.5 / updates);
        List<Double> fine = IntStream.rangeClosed(-512, 128)
                .mapToObj(i -> 10 / curvature * Math.pow(2, i / 64.0))
                .toList();
        RateRows rows = new RateRows().addAll(64, 1, fine, rate -> {
            double loss = Math.pow(1 - rate * curvature, 2 * updates);
            return loss > 100 ? Double.NaN : loss;
        });
        // Both ends fall within one step of the grid.
        assertThat(range(rows).width().mean()).isCloseTo(log2((1 + edge) / (1 - edge)), within(1 / 64.0));
        assertThat(range(rows).high()).isBetween((1 + edge) / curvature * 0.99, (1 + edge) / curvature * 1.01);
    }

    /**
     * Stochastic descent on linear regression with d = 10 Gaussian features without noise: an update at rate a with a batch of
     * B multiplies the mean squared error by 1 − 2a + a²·c with c = 1 + (d + 1)/B. After 30 updates batch 1 trains over 1.79
     * octaves, batch 64 over 5.47: that batch 1 is fussy holds there.
     */
    @ParameterizedTest
    @CsvSource({"64, SUPPORTED, 5.465", "2, MIXED, 2.67"})
    void judgesWhetherBatchOneIsFussy(long other, Verdict verdict, double others) {
        List<Double> factors = IntStream.rangeClosed(-512, 320)
                .mapToObj(i -> Math.pow(2, i / 64.0))
                .toList();
        RateRows rows =
                new RateRows().addAll(1, 1, factors, regression(1)).addAll(other, 1, factors, regression(other));

        for (RateSearch search : RateSearches.of(rows.tables()).searches()) {
            double octaves = octavesOfRegression(search.batchSize());
            assertThat(octaves).isCloseTo(search.batchSize() == 1 ? 1.79 : others, within(0.005));
            // Both ends fall within one step of the grid.
            assertThat(Objects.requireNonNull(search.range()).width().mean()).isCloseTo(octaves, within(1 / 64.0));
        }
        AdviceRow row = fussy(rows);
        assertThat(row.verdict()).isEqualTo(verdict);
        assertThat(row.measured()).startsWith("Rates that train: 1.79 octaves against ");
    }

    /** Where x = 1 − 2a + a²·c is such that 1 − x³⁰ is nine tenths of what the best, 1 − 1/c, gives. */
    private static double octavesOfRegression(long batch) {
        double c = 1 + 11.0 / batch;
        double x = Math.pow(1 - 0.9 * (1 - Math.pow(1 - 1 / c, 30)), 1 / 30.0);
        double root = Math.sqrt(1 - c * (1 - x));
        return log2((1 + root) / (1 - root));
    }

    private static DoubleUnaryOperator regression(long batch) {
        return rate -> {
            double loss = Math.pow(1 - 2 * rate + rate * rate * (1 + 11.0 / batch), 30);
            return loss > 1e3 ? Double.NaN : loss;
        };
    }

    private static AdviceRow fussy(RateRows rows) {
        return UsualAdvice.of(rows.tables()).stream()
                .filter(row -> row.claim().contains("fussy"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void doesNotJudgeOpenRangesBeyondWhatTheyShow() {
        DoubleUnaryOperator narrow = rate -> rate == 0.1 ? 0.2 : 0.9;
        DoubleUnaryOperator wide = rate -> 0.2;
        assertThat(fussy(new RateRows().addAll(1, 1, OCTAVES, narrow).addAll(64, 1, OCTAVES, wide))
                        .verdict())
                .as("the other one is only wider than it looks")
                .isEqualTo(Verdict.SUPPORTED);
        assertThat(fussy(new RateRows().addAll(1, 1, OCTAVES, wide).addAll(64, 1, OCTAVES, narrow))
                        .verdict())
                .as("batch 1 is only wider than it looks")
                .isEqualTo(Verdict.CONTRADICTED);
        AdviceRow both = fussy(new RateRows().addAll(1, 1, OCTAVES, wide).addAll(64, 1, OCTAVES, wide));
        assertThat(both.verdict()).isEqualTo(Verdict.NOT_MEASURED_YET);
        assertThat(both.why()).contains("add factors to learning-rate.search.factors");
        assertThat(both.measured()).isEqualTo("Rates that train: at least 4 octaves against at least 4 at batch 64");
    }
}
