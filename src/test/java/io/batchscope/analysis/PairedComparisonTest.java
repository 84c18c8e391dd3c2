package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.known;
import static io.batchscope.analysis.RunFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class PairedComparisonTest {
    private static final double EXACT = 1e-12;

    @Test
    void matchesTheIntervalWorkedOutByHand() {
        // Differences 0.01, 0.02, 0.03: mean 0.02, s = 0.01; t(0.975, 2) = 4.3027 from any table.
        PairedComparison comparison = of(
                List.of(scored(1, 0.81), scored(2, 0.92), scored(3, 0.53)),
                List.of(scored(1, 0.80), scored(2, 0.90), scored(3, 0.50)));

        Estimate difference = known(comparison.difference());
        assertThat(difference.count()).isEqualTo(3);
        assertThat(difference.mean()).isCloseTo(0.02, within(EXACT));
        assertThat(difference.low()).isCloseTo(0.02 - 4.3027 * 0.01 / Math.sqrt(3), within(1e-6));
        assertThat(difference.high()).isCloseTo(0.02 + 4.3027 * 0.01 / Math.sqrt(3), within(1e-6));
        assertThat(comparison.differenceShown()).isFalse();
    }

    @Test
    void seesThroughASpreadOfSeedsThatBothShare() {
        // Each is 0.01 below, but seeds spread over 0.4: unpaired, nothing could be told.
        PairedComparison comparison = of(
                List.of(scored(1, 0.49), scored(2, 0.69), scored(3, 0.8901)),
                List.of(scored(1, 0.50), scored(2, 0.70), scored(3, 0.90)));

        assertThat(comparison.differenceShown()).isTrue();
        assertThat(known(comparison.difference()).mean()).isNegative();
    }

    @Test
    void takesOnlySeedsThatBothHave() {
        PairedComparison comparison = of(
                List.of(scored(3, 0.7), scored(1, 0.6).with("outcome", "Failed"), scored(2, 0.5), scored(5, 0.1)),
                List.of(scored(1, 0.9), scored(2, 0.4), scored(3, 0.4), scored(4, 0.9)));

        assertThat(known(comparison.difference()).count()).isEqualTo(2);
        assertThat(known(comparison.difference()).mean()).isCloseTo(0.2, within(EXACT));
    }

    @Test
    void hasNoIntervalFromOneCommonSeedAndNothingFromNone() {
        PairedComparison one = of(List.of(scored(1, 0.6), scored(2, 0.7)), List.of(scored(2, 0.5), scored(3, 0.9)));
        PairedComparison none = of(List.of(scored(1, 0.6)), List.of(scored(2, 0.5)));

        assertThat(known(one.difference()).mean()).isCloseTo(0.2, within(EXACT));
        assertThat(known(one.difference()).low()).isNull();
        assertThat(one.differenceShown()).isFalse();
        assertThat(none.difference()).isNull();
        assertThat(none.secondsRatio()).isNull();
    }

    @Test
    void givesRatiosOfTimeAndBytesOverTheCommonSeeds() {
        PairedComparison comparison = of(
                List.of(cost(1, 8.0, 100L), cost(2, 4.0, 300L), cost(7, 1e9, 1L)),
                List.of(cost(1, 10.0, 1000L), cost(2, 14.0, 1000L)));

        assertThat(comparison.secondsRatio()).isEqualTo(0.5);
        assertThat(comparison.bytesRatio()).isEqualTo(0.2);
        assertThat(comparison.difference()).isNull();
    }

    @Test
    void hasNoRatioToNothing() {
        PairedComparison comparison = of(List.of(cost(1, 8.0, 100L)), List.of(cost(1, 10.0, 0L)));

        assertThat(comparison.secondsRatio()).isEqualTo(0.8);
        assertThat(comparison.bytesRatio()).isNull();
    }

    @Test
    void noticesUnequalWork() {
        List<RunFixture> reference = List.of(cost(1, 10.0, 10L));

        assertThat(of(List.of(cost(1, 8.0, 5L)), reference).sameExamples()).isTrue();
        assertThat(of(List.of(cost(1, 8.0, 5L).with("examples", 5L)), reference).sameExamples())
                .isFalse();
    }

    private static PairedComparison of(List<RunFixture> runs, List<RunFixture> reference) {
        return PairedComparison.of(
                runs.stream().map(RunFixture::toRecord).toList(),
                reference.stream().map(RunFixture::toRecord).toList(),
                Quality.TEST_ACCURACY);
    }

    private static RunFixture scored(long seed, double accuracy) {
        return run(64, seed).with("testAccuracy", accuracy);
    }

    private static RunFixture cost(long seed, double seconds, long bytes) {
        return run(64, seed).with("trainSeconds", seconds).with("bytesSent", bytes);
    }
}
