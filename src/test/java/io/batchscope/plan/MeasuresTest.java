package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.StudyConfig.MeasureConfig;
import io.batchscope.units.Span;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeasuresTest {
    private static RunPlan plan(String norms, String noise, long batch) {
        return ordinary()
                .measure(new MeasureConfig(span(norms), span(noise)))
                .batches(batch)
                .run();
    }

    private static Optional<Span> span(String word) {
        return switch (word) {
            case "auto" -> Optional.empty();
            case "never" -> Optional.of(new Span(0, Span.Unit.STEPS));
            default -> Optional.of(Span.parse(word));
        };
    }

    /** 10 epochs of 6,000 examples, 1,000 rows: rows are 60, 8, 1, 1 and 1 updates apart. */
    @ParameterizedTest
    @CsvSource({"1, 600, 0", "8, 232, 600", "64, 29, 117", "640, 3, 12", "6000, 1, 1"})
    void automaticDistancesAreExamplesWithinBounds(long batch, long norms, long noise) {
        RunPlan plan = plan("auto", "auto", batch);
        assertThat(plan.measures()).isEqualTo(new Measures(norms, noise, 64));
        assertThat(norms % plan.stepRowEvery()).isZero();
        assertThat(noise % plan.stepRowEvery()).isZero();
    }

    /** A short run: 60 updates in 60 rows. */
    @Test
    void shortRunsAreMeasuredOftenEnough() {
        RunPlan plan =
                ordinary().budget("60 steps", 0, Optional.empty()).batches(64).run();
        assertThat(plan.measures()).isEqualTo(new Measures(1, 7, 64));
    }

    @Test
    void whatIsAskedForIsRoundedUpToRows() {
        assertThat(plan("50 steps", "1 epoch", 64).measures()).isEqualTo(new Measures(50, 94, 64));
        assertThat(plan("61 steps", "10 steps", 1).measures()).isEqualTo(new Measures(120, 0, 64));
        assertThat(plan("never", "never", 64).measures()).isEqualTo(new Measures(0, 0, 64));
    }
}
