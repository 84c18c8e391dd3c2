package io.batchscope.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.LawCurves;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.StudyTables;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The charts of the report: Vega-Lite specifications from {@code charts/*.vl.json} and the data they draw. */
final class Charts {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final boolean loss;
    private final ObjectNode data;
    private final List<Chart> charts;
    private final List<Chart> modeCharts;
    private final List<Chart> recipeCharts;
    private final List<Chart> gradientCharts;
    private final List<Chart> targetCharts;
    private final List<Chart> lawCharts;
    private final List<Chart> hardwareCharts;
    private final List<Chart> updateTimeCharts;
    private final List<Chart> rateCharts;
    private final StudySummary summary;

    private Charts(StudySummary summary, ObjectNode data) {
        this.summary = summary;
        this.loss = ChartData.isLossOnly(summary);
        this.data = data;
        this.charts = drawable(all());
        this.modeCharts = drawable(ModeCharts.all(summary));
        this.recipeCharts = together(drawable(RecipeCharts.all(summary)));
        this.gradientCharts = drawable(GradientCharts.all());
        this.targetCharts = drawable(CostCharts.toTarget());
        this.lawCharts = drawable(CostCharts.laws());
        this.hardwareCharts = drawable(CostCharts.hardware());
        this.updateTimeCharts = drawable(CostCharts.updateTime());
        this.rateCharts = drawable(RateCharts.all(summary));
    }

    private List<Chart> drawable(List<Chart> asked) {
        return asked.stream()
                .filter(this::hasRows)
                .map(chart -> chart.choosingOf(variantsByBatch(chart)))
                .toList();
    }

    /** All begin with the first one's choice, where they have it. */
    private static List<Chart> together(List<Chart> charts) {
        Optional<Chart> first =
                charts.stream().filter(chart -> !chart.choices().isEmpty()).findFirst();
        return charts.stream()
                .map(chart -> first.filter(other -> chart.choices().contains(other.batch()))
                        .map(other -> chart.beginningWith(other.batch()))
                        .orElse(chart))
                .toList();
    }

    private Map<Long, Long> variantsByBatch(Chart chart) {
        Map<Long, Set<String>> variants = new TreeMap<>();
        rowsOf(ChartSpecification.read(chart.name()))
                .forEach(row -> variants.computeIfAbsent(row.path("batch").asLong(), batch -> new HashSet<>())
                        .add(row.path("variant").asText()));
        Map<Long, Long> counts = new TreeMap<>();
        variants.forEach((batch, names) -> counts.put(batch, (long) names.size()));
        return counts;
    }

    private boolean hasRows(Chart chart) {
        Long batch = chart.batch();
        return StreamSupport.stream(
                        rowsOf(ChartSpecification.read(chart.name())).spliterator(), false)
                .anyMatch(row -> batch == null || row.path("batch").asLong() == batch);
    }

    /**
     * Of a study.
     *
     * @param tables the rows of the runs that the summary's groups have, those with the tuned rates
     * @param laws of the reference
     */
    static Charts of(StudyTables tables, StudySummary summary, LawCurves laws) {
        return new Charts(summary, ChartData.of(tables, summary, laws));
    }

    /** Those charts that have something to show. */
    List<Chart> charts() {
        return charts;
    }

    /** Those that compare ways to synchronise and have something to show; none for a study with one. */
    List<Chart> modeCharts() {
        return modeCharts;
    }

    /** Those that compare recipes and have something to show; none for a study with one. */
    List<Chart> recipeCharts() {
        return recipeCharts;
    }

    /** Those of gradients that have something to show. */
    List<Chart> gradientCharts() {
        return gradientCharts;
    }

    /** Those of what the target takes that have something to show. */
    List<Chart> targetCharts() {
        return targetCharts;
    }

    /** Those of the laws of what the target takes that have something to show. */
    List<Chart> lawCharts() {
        return lawCharts;
    }

    /** Those of the machine that have something to show. */
    List<Chart> hardwareCharts() {
        return hardwareCharts;
    }

    /** Those of the time of an update that have something to show. */
    List<Chart> updateTimeCharts() {
        return updateTimeCharts;
    }

    /** Those of the search for the best rates that have something to show; none for a study without one. */
    List<Chart> rateCharts() {
        return rateCharts;
    }

    /** Data and specifications as JSON that may stand inside a script element. */
    String json() {
        ObjectNode root = JSON.createObjectNode();
        root.set("data", data);
        ObjectNode specifications = root.putObject("charts");
        Stream.of(
                        gradientCharts,
                        targetCharts,
                        lawCharts,
                        hardwareCharts,
                        updateTimeCharts,
                        rateCharts,
                        recipeCharts,
                        modeCharts,
                        charts)
                .flatMap(List::stream)
                .forEach(chart -> specifications.set(chart.id(), ChartSpecification.of(chart, summary)));
        try {
            return embeddable(JSON.writeValueAsString(root));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("chart data cannot be written as JSON", e);
        }
    }

    /** The same JSON with every character escaped that could end a script element or break a line of a script. */
    static String embeddable(String json) {
        return json.replace("<", "\\u003c")
                .replace(">", "\\u003e")
                .replace("&", "\\u0026")
                .replace("\u2028", "\\u2028")
                .replace("\u2029", "\\u2029");
    }

    private JsonNode rowsOf(ObjectNode specification) {
        return data.path(specification.path("data").path("name").asText());
    }

    private List<Chart> all() {
        String quality = loss ? "loss" : "accuracy";
        return List.of(
                new Chart(
                        "training-loss",
                        "Training loss",
                        "Every run; each point is the mean over a stretch of updates.",
                        true,
                        true),
                new Chart(
                        "validation-by-epoch",
                        "Validation " + quality + " by epoch",
                        "What a pass over the data buys.",
                        false,
                        true),
                new Chart(
                        "validation-by-update",
                        "Validation " + quality + " by update",
                        "What an update buys.",
                        false,
                        true),
                new Chart(
                        "final-quality",
                        "Final training and test " + quality,
                        "Mean over seeds; bars are 95 % intervals. The distance is the generalization gap.",
                        true,
                        false),
                new Chart("throughput", "Throughput", "Examples a second, both axes logarithmic.", false, false),
                new Chart(
                        "seconds-per-epoch",
                        "Time of an epoch",
                        "Seconds of training, both axes logarithmic.",
                        false,
                        false),
                new Chart(
                        "step-time",
                        "Where the time goes",
                        "Share of training time on the first worker.",
                        true,
                        false));
    }
}
