package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.step;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class VariantCurvesTest {
    private static final StudyTables TABLES = tables(
            List.of(
                    step(64, 1, 1, 4, 2), step(64, 1, 16, 1, 1),
                    step(64, 2, 1, 2, 4), step(64, 2, 16, 3, 1),
                    step(8, 1, 16, 7, 1), step(64, 3, 1, 99, 99)),
            run(64, 1).with("syncMode", "synchronous"),
            run(64, 2).with("syncMode", "synchronous"),
            run(64, 3).with("syncMode", "synchronous").diverged(),
            run(8, 1).with("syncMode", "parameter-averaging"));

    @Test
    void averageTheLossOverSeedsThatEndedRegularly() {
        assertThat(VariantCurves.losses(TABLES, 100))
                .containsExactly(
                        new VariantCurves.Curve(
                                variant("parameter-averaging"), 8, List.of(new VariantCurves.Point(16, 128, 7))),
                        new VariantCurves.Curve(
                                variant("synchronous"),
                                64,
                                List.of(new VariantCurves.Point(1, 64, 3), new VariantCurves.Point(16, 1024, 2))));
    }

    @Test
    void averageAColumnStepByStep() {
        assertThat(VariantCurves.column(TABLES, StepRecord::gradientNorm).get(1).points())
                .containsExactly(new VariantCurves.Point(1, 64, 3), new VariantCurves.Point(16, 1024, 1));
    }

    @Test
    void leaveOutModesThatNeverMeasuredIt() {
        assertThat(VariantCurves.column(TABLES, StepRecord::sparsity)).isEmpty();
        assertThat(VariantCurves.column(TABLES, row -> row.batchSize() == 8 ? (Double) 0.5 : null))
                .extracting(VariantCurves.Curve::batchSize)
                .containsExactly(8L);
    }

    private static Variant variant(String mode) {
        return new Variant(new Recipe(0, ""), new Mode(mode, ""), mode);
    }
}
