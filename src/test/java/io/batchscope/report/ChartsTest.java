package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.analysis.Mode;
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
    private static final StudyTables MODES = SampleModes.tables();

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
                "mode-threshold"
            })
    void specifyDataAxesAndAWordForThoseWhoCannotSee(String id) throws Exception {
        JsonNode specification = Charts.specification(id);

        assertThat(specification.path("$schema").asText()).endsWith("/vega-lite/v5.json");
        assertThat(specification.path("description").asText()).isNotBlank();
        assertThat(specification.path("encoding").path("x").path("title").asText())
                .isNotBlank();
        assertThat(specification.path("encoding").path("y").path("title").asText())
                .isNotBlank();
        assertThat(specification.has("mark") || specification.has("layer")).isTrue();
        JsonNode rows = (id.startsWith("mode-") ? modes() : sample())
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

        assertThat(Charts.of(tables, StudySummary.of(tables)).charts())
                .extracting(Charts.Chart::id)
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
        assertThat(Charts.of(tables, StudySummary.of(tables)).charts())
                .extracting(Charts.Chart::id)
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
    void compareModesWhereThereAreSeveral() throws Exception {
        Charts charts = Charts.of(MODES, StudySummary.of(MODES));

        assertThat(charts.modeCharts())
                .extracting(Charts.Chart::id)
                .containsExactly(
                        "mode-bytes",
                        "mode-seconds",
                        "mode-loss-64",
                        "mode-loss-512",
                        "mode-divergence",
                        "mode-sparsity",
                        "mode-threshold");
        StudyTables one = SampleStudy.tables(false);
        assertThat(Charts.of(one, StudySummary.of(one)).modeCharts()).isEmpty();
        assertThat(modes().path("charts")
                        .path("mode-loss-64")
                        .path("transform")
                        .path(0)
                        .path("filter")
                        .asText())
                .isEqualTo("datum.batch === 64");
    }

    @Test
    void giveAModeTheSameColourEverywhere() throws Exception {
        JsonNode charts = modes().path("charts");
        List<String> modes =
                StudySummary.of(MODES).modes().stream().map(Mode::name).toList();

        assertThat(charts.path("mode-bytes")
                        .path("encoding")
                        .path("y")
                        .path("axis")
                        .path("format")
                        .asText())
                .isEqualTo(".1%");
        assertThat(modes).hasSize(8).startsWith("synchronous", "parameter-averaging, every step");
        for (String id : List.of("mode-bytes", "mode-seconds", "mode-loss-64", "mode-loss-512", "mode-sparsity")) {
            assertThat(charts.path(id)
                            .path("encoding")
                            .path("color")
                            .path("scale")
                            .path("domain"))
                    .as(id)
                    .extracting(JsonNode::asText)
                    .isEqualTo(modes);
        }
    }

    @Test
    void drawTheReferenceAloneByBatchSize() throws Exception {
        JsonNode data = modes().path("data");

        for (String rows : List.of("losses", "evaluations")) {
            assertThat(data.path(rows))
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row.path("run").asText()).startsWith("r0-"));
        }
        assertThat(data.path("throughput")).hasSize(2);
    }

    @Test
    void leaveOutModesThatSentNothingMeasured() throws Exception {
        JsonNode data = modes().path("data");

        assertThat(data.path("modeBytes"))
                .hasSize(12)
                .extracting(row -> row.path("mode").asText())
                .noneMatch(mode -> mode.startsWith("dl4j"));
        assertThat(data.path("modeSeconds")).hasSize(14);
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
        assertThatThrownBy(() -> Charts.specification("nonsense"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the jar lacks charts/nonsense.vl.json");
    }

    private static JsonNode modes() throws Exception {
        return new ObjectMapper()
                .readTree(Charts.of(MODES, StudySummary.of(MODES)).json());
    }

    private static JsonNode sample() throws Exception {
        StudyTables tables = SampleStudy.tables(false);
        return new ObjectMapper()
                .readTree(Charts.of(tables, StudySummary.of(tables)).json());
    }
}
