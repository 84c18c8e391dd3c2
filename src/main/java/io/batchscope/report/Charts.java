package io.batchscope.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.Variant;
import io.batchscope.result.StudyTables;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** The charts of the report: Vega-Lite specifications from {@code charts/*.vl.json} and the data they draw. */
final class Charts {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * A chart.
     *
     * @param name of its specification, {@code charts/<name>.vl.json}
     * @param wide whether it takes the whole width
     * @param switchable whether the reader may switch its horizontal axis to linear
     * @param batch draws the rows of this batch size alone, the first one shown where the reader may choose; null: all
     * @param choices batch sizes of which the reader may choose the one to draw; empty: none
     */
    public record Chart(
            String name,
            String title,
            String caption,
            boolean wide,
            boolean switchable,
            @Nullable Long batch,
            List<Long> choices) {
        Chart(String name, String title, String caption, boolean wide, boolean switchable) {
            this(name, title, caption, wide, switchable, null, List.of());
        }

        Chart at(long batchSize) {
            return new Chart(name, title, caption, wide, switchable, batchSize, List.of());
        }

        Chart choosing(List<Long> batchSizes) {
            return new Chart(name, title, caption, wide, switchable, null, batchSizes);
        }

        /** Of those choices that have rows, the last one with the most curves is shown first. */
        private Chart choosingOf(Map<Long, Long> drawn) {
            return drawn.entrySet().stream()
                    .filter(entry -> choices.contains(entry.getKey()))
                    .max(Map.Entry.<Long, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                    .map(first -> new Chart(
                            name,
                            title,
                            caption,
                            wide,
                            switchable,
                            first.getKey(),
                            choices.stream().filter(drawn::containsKey).toList()))
                    .orElse(this);
        }

        private Chart beginningWith(@Nullable Long batchSize) {
            return new Chart(name, title, caption, wide, switchable, batchSize, choices);
        }

        /** Unique in the report. */
        String id() {
            return batch == null || !choices.isEmpty() ? name : name + "-" + batch;
        }
    }

    private final boolean loss;
    private final ObjectNode data;
    private final List<Chart> charts;
    private final List<Chart> modeCharts;
    private final List<Chart> recipeCharts;
    private final List<Chart> gradientCharts;
    private final List<Chart> targetCharts;
    private final List<Chart> hardwareCharts;
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
        this.hardwareCharts = drawable(CostCharts.hardware());
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
        rowsOf(specification(chart.name()))
                .forEach(row -> variants.computeIfAbsent(row.path("batch").asLong(), batch -> new HashSet<>())
                        .add(row.path("variant").asText()));
        Map<Long, Long> counts = new TreeMap<>();
        variants.forEach((batch, names) -> counts.put(batch, (long) names.size()));
        return counts;
    }

    private boolean hasRows(Chart chart) {
        Long batch = chart.batch();
        return StreamSupport.stream(rowsOf(specification(chart.name())).spliterator(), false)
                .anyMatch(row -> batch == null || row.path("batch").asLong() == batch);
    }

    /**
     * Of a study.
     *
     * @param tables the rows of the runs that the summary's groups have, those with the tuned rates
     */
    static Charts of(StudyTables tables, StudySummary summary) {
        return new Charts(summary, ChartData.of(tables, summary));
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

    /** Those of the machine that have something to show. */
    List<Chart> hardwareCharts() {
        return hardwareCharts;
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
        Stream.of(gradientCharts, targetCharts, hardwareCharts, rateCharts, recipeCharts, modeCharts, charts)
                .flatMap(List::stream)
                .forEach(chart -> specifications.set(chart.id(), specification(chart)));
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

    static ObjectNode specification(String id) {
        try {
            return (ObjectNode) JSON.readTree(Resources.text("charts/" + id + ".vl.json"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("charts/" + id + ".vl.json is not JSON", e);
        }
    }

    private JsonNode rowsOf(ObjectNode specification) {
        return data.path(specification.path("data").path("name").asText());
    }

    private ObjectNode specification(Chart chart) {
        ObjectNode specification = titled(specification(chart.name()));
        Long batch = chart.batch();
        if (batch != null && chart.choices().isEmpty()) {
            specification.withArray("transform").insertObject(0).put("filter", "datum.batch === " + batch);
        }
        return specification;
    }

    /** Puts in what depends on the study: the measured quality, the batch sizes on the axis, the variants in the legend. */
    private ObjectNode titled(ObjectNode specification) {
        ObjectNode encoding = (ObjectNode) specification.path("encoding");
        String x = encoding.path("x").path("field").asText();
        if ((x.equals("batch") || x.equals("at"))
                && encoding.path("x").path("type").asText().equals("quantitative")) {
            var values = ((ObjectNode) encoding.path("x").path("axis")).putArray("values");
            List<Long> batches = x.equals("at")
                    ? summary.batchSizes()
                    : summary.batches().stream().map(BatchSummary::batchSize).toList();
            batches.forEach(values::add);
        }
        if (encoding.path("color").path("field").asText().equals("variant")) {
            var variants = ((ObjectNode) encoding.path("color").path("scale")).putArray("domain");
            summary.variants().ordered().stream().map(Variant::name).forEach(variants::add);
        }
        encoding.path("tooltip").forEach(entry -> {
            if (entry.path("field").asText().equals("variant")) {
                ((ObjectNode) entry)
                        .put("title", Table.capitalized(summary.variants().word()));
            }
        });
        JsonNode y = encoding.path("y");
        if (loss && y.path("title").asText().toLowerCase(Locale.ROOT).endsWith("accuracy")) {
            String title = y.path("title").asText();
            String lossTitle = title.equals("Accuracy") ? "Loss" : title.replace("accuracy", "loss");
            ((ObjectNode) y).put("title", lossTitle);
            ((ObjectNode) y.path("axis")).remove("format");
            encoding.path("tooltip").forEach(entry -> {
                if (entry.path("title").asText().equals(title)) {
                    ((ObjectNode) entry).put("title", lossTitle);
                }
            });
        } else if (y.path("title").asText().toLowerCase(Locale.ROOT).endsWith("accuracy")) {
            ((ObjectNode) y.path("axis")).putIfAbsent("format", TextNode.valueOf(".0%"));
        }
        return specification;
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
