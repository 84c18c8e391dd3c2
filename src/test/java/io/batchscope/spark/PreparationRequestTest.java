package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.Task;
import io.batchscope.spark.PreparationRequest.Format;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PreparationRequestTest {
    @Test
    void takesEveryWordOfAConfigurationOver() {
        SourceConfig source = new SourceConfig(
                "csv",
                List.of("in.csv"),
                List.of("test.csv"),
                Optional.of("price"),
                Task.REGRESSION,
                0.25,
                0.125,
                6,
                9,
                Optional.empty());
        assertThat(PreparationRequest.of(source, "houses"))
                .isEqualTo(new PreparationRequest(
                        "houses",
                        Format.CSV,
                        List.of("in.csv"),
                        List.of("test.csv"),
                        Optional.of("price"),
                        Task.REGRESSION,
                        0.25,
                        0.125,
                        6,
                        9,
                        OptionalInt.empty(),
                        Optional.empty()));
    }

    @Test
    void treatsWholeDecimalsAsTheSameLabel() {
        assertThat(List.of("3", "3.0", "03", "-1.", "3.5", "cat", "1e3").stream()
                        .map(LabelEncoding::canonical))
                .containsExactly("3", "3", "3", "-1", "3.5", "cat", "1e3");
    }
}
