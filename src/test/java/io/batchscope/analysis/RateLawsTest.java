package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.law.BestRate;
import io.batchscope.law.Interval;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.ChangedRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the best rate follows the batch size, from the rows of a search to its findings. Rates are 0.1 times the factor. */
class RateLawsTest {
    private static final List<Double> FACTORS =
            IntStream.rangeClosed(-8, 8).mapToObj(i -> Math.pow(2, i)).toList();

    /** Searches whose loss is least at this rate, with seed s at s·2 % more. */
    private static StudyTables searched(List<Long> sizes, List<Double> factors, DoubleUnaryOperator best) {
        RateRows rows = new RateRows();
        for (long size : sizes) {
            for (long seed = 1; seed <= 3; seed++) {
                double own = best.applyAsDouble(size) * (1 + 0.02 * seed);
                rows.addAll(size, seed, factors, rate -> 0.1 + Math.pow(Math.log(rate / own), 2) / 100);
            }
        }
        return rows.tables();
    }

    private static List<FindingRecord> findings(StudyTables tables, String... names) {
        return Findings.of(tables).stream()
                .filter(finding -> List.of(names).contains(finding.finding()))
                .toList();
    }

    private static FindingRecord finding(StudyTables tables, String name) {
        List<FindingRecord> found = findings(tables, name);
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void aBestRateLiesHalfwayToItsNeighboursWithEachSeed() {
        RateRows rows = new RateRows();
        rows.addAll(64, 1, List.of(0.5, 1.0, 4.0), rate -> Math.abs(rate - 0.1));
        rows.addAll(64, 2, List.of(0.5, 1.0, 4.0), rate -> 1 - rate);
        rows.addAll(64, 3, List.of(0.5, 1.0, 4.0), rate -> rate);
        rows.addAll(64, 4, List.of(0.5, 1.0, 4.0), rate -> Double.NaN);

        List<BestRate> rates = RateLaws.bestRates(rows.search());

        assertThat(rates).hasSize(4);
        assertThat(rates.get(0).low()).isCloseTo(Math.sqrt(0.05 * 0.1), within(1e-12));
        assertThat(rates.get(0).high()).isCloseTo(Math.sqrt(0.1 * 0.4), within(1e-12));
        assertThat(rates.get(1).low()).isCloseTo(Math.sqrt(0.1 * 0.4), within(1e-12));
        assertThat(rates.get(1).high()).isInfinite();
        assertThat(rates.get(2)).isEqualTo(new BestRate(64, 0, Math.sqrt(0.05 * 0.1)));
        // All diverged, so the best lies below the smallest.
        assertThat(rates.get(3)).isEqualTo(new BestRate(64, 0, 0.05));
    }

    /** As the tuned rate is: by the target where runs reached it, whatever their loss in the end. */
    @Test
    void aSeedsBestRateIsRankedLikeTheTunedOne() {
        RateRows rows = new RateRows();
        for (double factor : new double[] {0.5, 1, 2, 4}) {
            rows.add(
                    64, factor, 1, run(64, 1).with("validationLoss", 1 / factor).with("stepsToTarget", (long)
                            (100 * (1 + Math.abs(factor - 1)))));
        }

        assertThat(RateLaws.bestRates(rows.search())).singleElement().satisfies(rate -> assertThat(
                        Math.sqrt(rate.low() * rate.high()))
                .isCloseTo(0.1, within(1e-12)));
    }

    @Test
    void theLawComesBackFromASearch() {
        StudyTables tables = searched(List.of(1L, 8L, 64L, 512L), FACTORS, batch -> 0.8 / (1 + 32 / batch));

        FindingRecord maximum = finding(tables, "maximum_learning_rate");
        FindingRecord noise = finding(tables, "rate_noise_batch_size");
        FindingRecord end = finding(tables, "linear_scaling_end");
        assertThat(interval(maximum).contains(0.8)).isTrue();
        assertThat(interval(noise).contains(32)).isTrue();
        assertThat(Objects.requireNonNull(end.value()))
                .isCloseTo(Objects.requireNonNull(noise.value()) / 4, within(1e-9));
        assertThat(noise.detail()).contains("the best rate is half of what it is for the largest batches");
        assertThat(finding(tables, "learning_rate_exponent").detail())
                .startsWith("From batch 1 to 512 the best rate goes with the power 0.")
                .contains("; by 12 best rates, one a batch size and seed");
    }

    @Test
    void aRateThatGrowsWithTheBatchHasNoMaximum() {
        StudyTables tables = searched(List.of(1L, 4L, 16L, 64L), FACTORS, batch -> 0.01 * batch);

        assertThat(interval(finding(tables, "learning_rate_exponent")).contains(1))
                .isTrue();
        assertThat(finding(tables, "learning_rate_exponent").detail())
                .contains("linear scaling is the only one of the usual rules that fits");
        assertThat(finding(tables, "maximum_learning_rate").value()).isNull();
        assertThat(finding(tables, "maximum_learning_rate").detail())
                .startsWith(
                        "Within the batch sizes tried the best rate grows without shown saturation: it rises to at least");
        assertThat(finding(tables, "rate_noise_batch_size").value()).isNull();
        assertThat(finding(tables, "rate_noise_batch_size").high()).isNull();
        assertThat(finding(tables, "linear_scaling_end").value()).isNull();
    }

    @Test
    void saysThatItCannotBeToldFromTwoBatchSizesWithABestRateBetweenOthers() {
        StudyTables tables = searched(List.of(1L, 8L, 64L), List.of(0.5, 1.0, 2.0), batch -> batch < 64 ? 0.1 : 0.8);

        FindingRecord finding = finding(tables, "learning_rate_exponent");
        assertThat(finding.value()).isNull();
        assertThat(finding.detail())
                .isEqualTo(
                        "How the best rate follows the batch size cannot be told: it takes 3 batch sizes at least where the"
                                + " best rate lies between others that were tried, but there are 2; search at more batch sizes or with"
                                + " more learning-rate.search.factors.");
        assertThat(findings(tables, "maximum_learning_rate", "rate_noise_batch_size", "linear_scaling_end"))
                .isEmpty();
        assertThat(findings(searched(List.of(8L), FACTORS, batch -> 0.1), "learning_rate_exponent"))
                .isEmpty();
    }

    /** Each recipe has a law of its own. */
    @Test
    void saysOfWhichRecipeItIs() {
        StudyTables one = searched(List.of(1L, 4L, 16L, 64L), FACTORS, batch -> 0.01 * batch);
        StudyTables two = searched(List.of(1L, 4L, 16L, 64L), FACTORS, batch -> 0.1);
        List<RunRecord> runs = new ArrayList<>();
        one.runs().forEach(row -> runs.add(of(row, "growing", 0)));
        two.runs().forEach(row -> runs.add(of(row, "constant", 1)));
        StudyTables both = new StudyTables(runs, List.of(), List.of(), List.of());

        assertThat(findings(both, "learning_rate_exponent"))
                .extracting(FindingRecord::detail)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("With growing: from batch 1 to 64"),
                        second -> assertThat(second).startsWith("With constant: from batch 1 to 64"));
    }

    private static RunRecord of(RunRecord row, String recipe, int number) {
        return ChangedRecord.of(
                row, Map.of("recipe", recipe, "recipeNumber", number, "runId", recipe + "-" + row.runId()));
    }

    @ParameterizedTest
    @CsvSource({
        "0.9, 1.1, linear scaling is the only one of the usual rules that fits",
        "0.4, 0.6, square-root scaling is the only one of the usual rules that fits",
        "-0.1, 0.1, one rate for all batch sizes is the only one of the usual rules that fits",
        "0.4, 1.1, these rates leave open whether by linear scaling or square-root scaling",
        "-0.1, 1.1, these rates leave open whether by linear scaling or square-root scaling or one rate for all batch sizes",
        "0.6, 0.9, 'faster than by square-root scaling, slower than by linear scaling'",
        "0.1, 0.4, 'it grows, but slower than by square-root scaling'",
        "1.1, 1.2, it grows faster than by linear scaling",
        "-0.3, -0.1, it falls as the batch grows"
    })
    void namesTheRulesThatTheExponentLeaves(double low, double high, String words) {
        assertThat(RateLawFindings.verdict(new Interval(low, high))).isEqualTo(words);
    }

    private static Interval interval(FindingRecord finding) {
        return new Interval(
                Objects.requireNonNull(finding.low(), finding.detail()),
                Objects.requireNonNull(finding.high(), finding.detail()));
    }
}
