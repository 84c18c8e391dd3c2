package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.analysis.LawCurves;
import io.batchscope.analysis.RunFixture;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.Variant;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.testing.ChangedRecord;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** Charts that compare recipes or ways to synchronise. */
class VariantChartsTest {
    private static final StudyTables MODES = SampleModes.tables();

    private static final StudyTables RECIPES = SampleRecipes.tables();

    @Test
    void compareModesWhereThereAreSeveral() throws Exception {
        Charts charts = Charts.of(MODES, StudySummary.of(MODES), LawCurves.NONE);

        assertThat(charts.modeCharts())
                .extracting(Chart::id)
                .containsExactly(
                        "mode-bytes",
                        "mode-seconds",
                        "mode-loss-64",
                        "mode-loss-512",
                        "mode-divergence",
                        "mode-sparsity",
                        "mode-threshold");
        StudyTables one = SampleStudy.tables(false);
        assertThat(Charts.of(one, StudySummary.of(one), LawCurves.NONE).modeCharts())
                .isEmpty();
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
        List<String> modes = StudySummary.of(MODES).variants().ordered().stream()
                .map(Variant::name)
                .toList();

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
    void compareRecipesWhereThereAreSeveral() throws Exception {
        assertThat(Charts.of(RECIPES, StudySummary.of(RECIPES), LawCurves.NONE).recipeCharts())
                .extracting(Chart::id)
                .containsExactly(
                        "recipe-quality",
                        "recipe-loss",
                        "recipe-loss-by-update",
                        "recipe-rate",
                        "recipe-batch",
                        "recipe-gain",
                        "recipe-noise");
        assertThat(Charts.of(MODES, StudySummary.of(MODES), LawCurves.NONE).recipeCharts())
                .isEmpty();
        assertThat(Charts.of(RECIPES, StudySummary.of(RECIPES), LawCurves.NONE).modeCharts())
                .isEmpty();
    }

    @Test
    void letTheReaderChooseABatchSizeAndBeginWhereMostRecipesHaveRuns() {
        List<Chart> charts =
                Charts.of(RECIPES, StudySummary.of(RECIPES), LawCurves.NONE).recipeCharts();

        // At 8192 one of the five diverged for every seed, but others did not.
        assertThat(charts.subList(1, charts.size())).allSatisfy(chart -> {
            assertThat(chart.batch()).isEqualTo(4096);
            assertThat(chart.choices()).containsExactly(64L, 256L, 512L, 1024L, 2048L, 4096L, 8192L);
        });
    }

    @Test
    void drawALineForEachRecipeInTheOrderOfTheConfiguration() throws Exception {
        JsonNode quality = recipes().path("charts").path("recipe-quality");

        assertThat(quality.path("encoding").path("color").path("scale").path("domain"))
                .extracting(JsonNode::asText)
                .containsExactly("none", "sqrt", "linear", "AdaScale", "batch growth");
        assertThat(quality.path("encoding").path("x").path("axis").path("values"))
                .extracting(JsonNode::asLong)
                .containsExactly(64L, 256L, 512L, 1024L, 2048L, 4096L, 8192L);
        assertThat(quality.path("encoding")
                        .path("tooltip")
                        .path(1)
                        .path("title")
                        .asText())
                .isEqualTo("Recipe");
        // Linear has no point at 8192, where all its runs diverged.
        assertThat(recipes().path("data").path("recipeQuality")).hasSize(34);
    }

    @Test
    void markWhereRunsOfARecipeDiverged() throws Exception {
        JsonNode lost = recipes().path("data").path("recipeLost");

        assertThat(lost)
                .hasSize(2)
                .allSatisfy(row -> assertThat(row.path("variant").asText()).isEqualTo("linear"));
        assertThat(lost).extracting(row -> row.path("batch").asLong()).containsExactly(4096L, 8192L);
        assertThat(lost.path(1).path("outcome").asText()).isEqualTo("3 Diverged: at step 7, loss Infinity");
    }

    @Test
    void putRecipesBesideEachOtherAtABatchSize() throws Exception {
        List<Double> places = StreamSupport.stream(
                        recipes().path("data").path("recipeQuality").spliterator(), false)
                .filter(row -> row.path("batch").asLong() == 512)
                .map(row -> row.path("at").asDouble())
                .toList();

        assertThat(places).hasSize(5).isSorted().doesNotHaveDuplicates();
        assertThat(places.get(2)).isEqualTo(512);
        assertThat(places.get(4) / places.get(0)).isLessThan(1.3);
    }

    @Test
    void drawTheBatchSizeWithoutTheRestsOfEpochs() throws Exception {
        StepRecord template = RunFixture.step(64, 1, 1, 1.0, 1.0);
        StudyTables tables = tables(
                List.of(
                        step(template, "a", 1, 64, 64),
                        step(template, "b", 1, 64, 64),
                        step(template, "b", 2, 256, 320),
                        step(template, "b", 3, 40, RunFixture.TRAIN_EXAMPLES)),
                run(64, 1).with("runId", "a").with("recipe", "a").with("finalBatchSize", 64L),
                run(64, 1)
                        .with("runId", "b")
                        .with("recipe", "b")
                        .with("recipeNumber", 1)
                        .with("finalBatchSize", 256L));

        JsonNode rows = new ObjectMapper()
                .readTree(Charts.of(tables, StudySummary.of(tables), LawCurves.NONE)
                        .json())
                .path("data")
                .path("recipeBatches");

        assertThat(rows).extracting(row -> row.path("variant").asText()).containsExactly("a", "b", "b");
        assertThat(rows).extracting(row -> row.path("value").asLong()).containsExactly(64L, 64L, 256L);
    }

    private static StepRecord step(StepRecord row, String run, long step, long size, long examples) {
        return ChangedRecord.of(row, Map.of("runId", run, "step", step, "examples", examples, "updateExamples", size));
    }

    @Test
    void leaveOutWhatNoRecipeMeasured() {
        StudyTables tables = new StudyTables(
                RECIPES.runs().stream()
                        .filter(row -> List.of("none", "linear").contains(row.recipe()))
                        .toList(),
                RECIPES.steps().stream()
                        .filter(row ->
                                row.runId().startsWith("r0") || row.runId().startsWith("r2"))
                        .toList(),
                List.of(),
                List.of());

        assertThat(Charts.of(tables, StudySummary.of(tables), LawCurves.NONE).recipeCharts())
                .extracting(Chart::id)
                .containsExactly("recipe-quality", "recipe-loss", "recipe-loss-by-update", "recipe-rate");
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
                .extracting(row -> row.path("variant").asText())
                .noneMatch(mode -> mode.startsWith("dl4j"));
        assertThat(data.path("modeSeconds")).hasSize(14);
    }

    static JsonNode modes() throws Exception {
        return new ObjectMapper()
                .readTree(
                        Charts.of(MODES, StudySummary.of(MODES), LawCurves.NONE).json());
    }

    static JsonNode recipes() throws Exception {
        return new ObjectMapper()
                .readTree(Charts.of(RECIPES, StudySummary.of(RECIPES), LawCurves.NONE)
                        .json());
    }
}
