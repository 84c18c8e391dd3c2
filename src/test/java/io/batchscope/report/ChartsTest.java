package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChartsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "training-loss",
                "validation-by-epoch",
                "validation-by-update",
                "final-quality",
                "throughput",
                "seconds-per-epoch",
                "step-time",
                "mode-bytes",
                "mode-seconds",
                "mode-loss",
                "mode-divergence",
                "mode-sparsity",
                "mode-threshold",
                "recipe-quality",
                "recipe-loss",
                "recipe-loss-by-update",
                "recipe-rate",
                "recipe-batch",
                "recipe-gain",
                "recipe-noise",
                "updates-to-target",
                "operations-to-target",
                "utilization"
            })
    void specifyDataAxesAndAWordForThoseWhoCannotSee(String id) throws Exception {
        JsonNode specification = ChartSpecification.read(id);

        assertThat(specification.path("$schema").asText()).endsWith("/vega-lite/v5.json");
        assertThat(specification.path("description").asText()).isNotBlank();
        assertThat(specification.path("encoding").path("x").path("title").asText())
                .isNotBlank();
        assertThat(specification.path("encoding").path("y").path("title").asText())
                .isNotBlank();
        assertThat(specification.has("mark") || specification.has("layer")).isTrue();
        JsonNode rows = (id.startsWith("mode-")
                        ? VariantChartsTest.modes()
                        : id.startsWith("recipe-") ? VariantChartsTest.recipes() : sample())
                .path("data")
                .path(specification.path("data").path("name").asText());
        assertThat(rows).isNotEmpty();
        for (String axis : List.of("x", "y")) {
            String field =
                    specification.path("encoding").path(axis).path("field").asText();
            assertThat(rows)
                    .allSatisfy(row ->
                            assertThat(row.path(field).isNumber()).as(field).isTrue());
        }
    }

    @Test
    void areLeftOutWhereThereIsNothingToDraw() {
        StudyTables tables =
                tables(run(8, 1).with("examplesPerSecond", 10.0), run(64, 1).diverged());

        assertThat(Charts.of(tables, StudySummary.of(tables), LawCurves.NONE).charts())
                .extracting(Chart::id)
                .containsExactly("throughput");
    }

    @Test
    void leaveOutAnEvaluationOfAnUntrainedNetworkAlone() {
        StudyTables whole = SampleStudy.tables(false);
        StudyTables tables = new StudyTables(
                whole.runs(),
                whole.steps(),
                whole.evals().stream()
                        .filter(evaluation -> evaluation.step() == 0)
                        .toList(),
                whole.probes());

        assertThat(tables.evals()).isNotEmpty();
        assertThat(Charts.of(tables, StudySummary.of(tables), LawCurves.NONE).charts())
                .extracting(Chart::id)
                .contains("training-loss")
                .doesNotContain("validation-by-epoch", "validation-by-update");
    }

    @Test
    void drawAtMostTwoHundredPointsARun() throws Exception {
        Map<String, Long> points = StreamSupport.stream(
                        sample().path("data").path("losses").spliterator(), false)
                .collect(Collectors.groupingBy(row -> row.path("run").asText(), Collectors.counting()));

        assertThat(points).hasSize(18).allSatisfy((run, count) -> assertThat(count)
                .isBetween(2L, 200L));
    }

    @Test
    void markTheStudiedBatchSizesOnTheAxis() throws Exception {
        JsonNode values = sample().path("charts")
                .path("final-quality")
                .path("encoding")
                .path("x")
                .path("axis")
                .path("values");

        assertThat(values).extracting(JsonNode::asLong).containsExactly(1L, 8L, 64L, 512L, 4096L, 54_000L);
    }

    @Test
    void drawWhatTheTargetWouldTakeIfTwiceTheBatchTookHalfOfIt() throws Exception {
        JsonNode rows = sample().path("data").path("targetUpdates");

        double first =
                rows.get(0).path("mean").asDouble() * rows.get(0).path("batch").asDouble();
        assertThat(rows.size()).isGreaterThan(2);
        assertThat(rows).allSatisfy(row -> assertThat(
                        row.path("perfect").asDouble() * row.path("batch").asDouble())
                .isCloseTo(first, withinPercentage(0.01)));
    }

    @Test
    void escapeWhatCouldEndAScript() throws Exception {
        String text = "</script><!-- & \u2028\u2029";
        ObjectMapper json = new ObjectMapper();

        String embedded = Charts.embeddable(json.writeValueAsString(text));

        assertThat(embedded).doesNotContain("<", ">", "&", "\u2028", "\u2029");
        assertThat(json.readValue(embedded, String.class)).isEqualTo(text);
    }

    @Test
    void nameAMissingSpecification() {
        assertThatThrownBy(() -> ChartSpecification.read("nonsense"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the jar lacks charts/nonsense.vl.json");
    }

    private static JsonNode sample() throws Exception {
        StudyTables tables = SampleStudy.tables(false);
        return new ObjectMapper()
                .readTree(Charts.of(tables, StudySummary.of(tables), LawCurves.NONE)
                        .json());
    }
}
