package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.analysis.LawCurves;
import io.batchscope.analysis.LawStudy;
import io.batchscope.analysis.StudyAnswers;
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
                "seconds-to-target",
                "update-time",
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
    void drawTheLawsAndTheRunsTheyWereFittedTo() throws Exception {
        JsonNode data = json(LawStudy.tables()).path("data");

        assertThat(data.path("targetRuns")).hasSize(12);
        assertThat(data.path("lateRuns")).hasSize(3).allSatisfy(row -> {
            assertThat(row.path("batch").asLong()).isEqualTo(LawStudy.LATE);
            assertThat(row.path("steps").asLong()).isEqualTo(LawStudy.LATE_STEPS);
        });
        for (String curve : List.of("stepsLaw", "updateLaw", "secondsLaw")) {
            assertThat(data.path(curve)).hasSize(60).allSatisfy(row -> assertThat(
                            row.path("value").asDouble())
                    .isBetween(row.path("low").asDouble(), row.path("high").asDouble()));
        }
        assertThat(data.path("updateRuns")).hasSize(15);
        assertThat(data.path("secondsRuns")).hasSize(12);
    }

    @Test
    void markTheBatchSizesThatTheLawsName() throws Exception {
        JsonNode data = json(LawStudy.tables()).path("data");

        JsonNode half = data.path("halfUtilisation").path(0);
        assertThat(half.path("batch").asDouble()).isCloseTo(200, withinPercentage(3));
        assertThat(half.path("right").asBoolean()).isFalse();
        JsonNode best = data.path("bestSizes").path(0);
        assertThat(best.path("batch").asDouble()).isCloseTo(Math.sqrt(200_000), withinPercentage(5));
        assertThat(best.path("right").asBoolean()).isTrue();
        JsonNode flat = data.path("flatSizes").path(0);
        assertThat(flat.path("batch").asDouble()).isLessThan(best.path("batch").asDouble());
        assertThat(flat.path("to").asDouble()).isGreaterThan(best.path("batch").asDouble());
    }

    @Test
    void colourNumbersOfWorkersOnlyWhereThereAreSeveral() throws Exception {
        assertThat(sample().path("charts").path("update-time").path("encoding").has("color"))
                .isTrue();
        assertThat(json(LawStudy.tables())
                        .path("charts")
                        .path("update-time")
                        .path("encoding")
                        .has("color"))
                .isFalse();
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
        return json(SampleStudy.tables(false));
    }

    private static JsonNode json(StudyTables tables) throws Exception {
        StudySummary summary = StudySummary.of(tables);
        LawCurves curves = StudyAnswers.of(summary, tables).curves();
        return new ObjectMapper().readTree(Charts.of(tables, summary, curves).json());
    }
}
