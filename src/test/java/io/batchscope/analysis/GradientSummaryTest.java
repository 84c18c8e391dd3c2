package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.FindingRecord;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class GradientSummaryTest {
    private static RunFixture measured(long batchSize, long seed, double noise, double signal) {
        return run(batchSize, seed)
                .with("gradientNoise", noise)
                .with("gradientSignal", signal)
                .with("noiseScale", signal > 0 ? (Double) (noise / signal) : null)
                .with("noiseScaleDetail", signal > 0 ? "" : "all noise");
    }

    private static FindingRecord finding(RunFixture... runs) {
        return Findings.of(tables(runs)).stream()
                .filter(finding -> finding.finding().equals("gradient_noise_scale"))
                .findFirst()
                .orElseThrow();
    }

    /** A seed whose signal is below 0 belongs to the mean as the others do: (8 + 12 + 10) / (3 + 4 − 1) = 5. */
    @Test
    void seedsArePooledAndNoneIsLeftOut() {
        GradientSummary summary = GradientSummary.of(List.of(
                measured(64, 1, 8, 3).toRecord(),
                measured(64, 2, 12, 4).toRecord(),
                measured(64, 3, 10, -1).toRecord()));
        assertThat(Objects.requireNonNull(summary.noise().value())).isCloseTo(5, within(1e-12));
        assertThat(summary.noise().high()).isNull();
        assertThat(summary.runs()).isEqualTo(3);
        assertThat(summary.remark()).contains("in 3 runs the signal cannot be told from 0");
    }

    /** At the full batch all of the gradient is signal, whatever the noise scale; at half of 1,024 the rest is 10/512 − 10/1024. */
    @Test
    void theShareOfSignalKnowsThatTheDataAreFinite() {
        assertThat(finding(measured(1024, 1, 3000, 1), measured(1024, 2, 3100, 1.1))
                        .detail())
                .contains("about 100 % is signal");
        String half =
                finding(measured(512, 1, 1024, 1), measured(512, 2, 1024, 1)).detail();
        assertThat(half).contains("noise scale of the gradient is 1,024 examples", "about 50 % is signal");
    }

    /** Signals 1 and 1.2 from two seeds, each sure of its own: t²·variance of the mean is 1.61, above their squared mean. */
    @Test
    void saysThatSeedsDifferWhereEachRunKnowsItsOwn() {
        GradientSummary summary = GradientSummary.of(List.of(
                measured(64, 1, 100, 1)
                        .with("noiseScaleLow", 95.0)
                        .with("noiseScaleHigh", 105.0)
                        .toRecord(),
                measured(64, 2, 100, 1.2)
                        .with("noiseScaleLow", 80.0)
                        .with("noiseScaleHigh", 90.0)
                        .toRecord()));
        assertThat(summary.noise().high()).isNull();
        assertThat(summary.remark())
                .isEqualTo(
                        "each run tells its own noise scale, but 2 runs differ too much for an interval of what other"
                                + " seeds would have");
    }

    /** Batches that grew to 512 are those that the cosine is of, whatever the first one was: 1/(1 + 1024/512) = 1/3. */
    @Test
    void theShareOfSignalIsOfTheBatchesThatWereMeasured() {
        GradientSummary summary = GradientSummary.of(List.of(
                measured(32, 1, 1024, 1)
                        .with("gradientCosine", Math.sqrt(1 / 3.))
                        .toRecord(),
                measured(32, 2, 1024, 1)
                        .with("gradientCosine", Math.sqrt(1 / 3.))
                        .toRecord()));
        assertThat(Objects.requireNonNull(summary.noise().cosine())).isCloseTo(Math.sqrt(1 / 3.), within(1e-12));
    }

    @Test
    void oneRunHasItsOwnInterval() {
        FindingRecord one =
                finding(measured(64, 1, 90, 3).with("gradientCosine", 0.5).with("noiseScaleLow", 20.0));
        assertThat(one.value()).isEqualTo(30);
        assertThat(one.low()).isEqualTo(20);
        assertThat(one.high()).isNull();
        assertThat(one.detail()).contains("95 % interval 20 to any size, 1 run", "25 % is signal");
    }
}
