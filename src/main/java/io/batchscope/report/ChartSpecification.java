package io.batchscope.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.Variant;
import java.util.List;
import java.util.Locale;

/** A chart's Vega-Lite specification, {@code charts/<name>.vl.json}, and what of it depends on the study. */
final class ChartSpecification {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ChartSpecification() {}

    /** Of a chart in the report of a study. */
    static ObjectNode of(Chart chart, StudySummary summary) {
        ObjectNode specification = read(chart.name());
        adapt(specification, summary);
        Long batch = chart.batch();
        if (batch != null && chart.choices().isEmpty()) {
            specification.withArray("transform").insertObject(0).put("filter", "datum.batch === " + batch);
        }
        return specification;
    }

    /** As it stands in the file. */
    static ObjectNode read(String id) {
        try {
            return (ObjectNode) JSON.readTree(Resources.text("charts/" + id + ".vl.json"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("charts/" + id + ".vl.json is not JSON", e);
        }
    }

    /** Puts in what depends on the study: the batch sizes on the axis, the variants in the legend, the measured quality. */
    private static void adapt(ObjectNode specification, StudySummary summary) {
        ObjectNode encoding = (ObjectNode) specification.path("encoding");
        markBatchSizes(encoding, summary);
        nameVariants(encoding, summary);
        if (encoding.path("color").path("field").asText().equals("workers") && hasOneNumberOfWorkers(summary)) {
            encoding.remove("color");
        }
        JsonNode y = encoding.path("y");
        String title = y.path("title").asText();
        if (title.toLowerCase(Locale.ROOT).endsWith("accuracy")) {
            if (ChartData.isLossOnly(summary)) {
                drawLoss(encoding, title);
            } else {
                ((ObjectNode) y.path("axis")).putIfAbsent("format", TextNode.valueOf(".0%"));
            }
        }
    }

    private static void markBatchSizes(ObjectNode encoding, StudySummary summary) {
        String x = encoding.path("x").path("field").asText();
        if ((x.equals("batch") || x.equals("at"))
                && encoding.path("x").path("type").asText().equals("quantitative")) {
            var values = ((ObjectNode) encoding.path("x").path("axis")).putArray("values");
            List<Long> batches = x.equals("at")
                    ? summary.batchSizes()
                    : summary.batches().stream().map(BatchSummary::batchSize).toList();
            batches.forEach(values::add);
        }
    }

    private static boolean hasOneNumberOfWorkers(StudySummary summary) {
        return summary.batches().stream()
                        .flatMap(batch -> batch.workers().stream())
                        .distinct()
                        .count()
                == 1;
    }

    private static void nameVariants(ObjectNode encoding, StudySummary summary) {
        if (encoding.path("color").path("field").asText().equals("variant")) {
            var variants = ((ObjectNode) encoding.path("color").path("scale")).putArray("domain");
            summary.variants().ordered().stream().map(Variant::name).forEach(variants::add);
            if (!summary.hasVariants()) {
                ((ObjectNode) encoding.path("color")).putNull("legend");
            }
        }
        encoding.path("tooltip").forEach(entry -> {
            if (entry.path("field").asText().equals("variant")) {
                ((ObjectNode) entry)
                        .put("title", Table.capitalized(summary.variants().word()));
            }
        });
    }

    private static void drawLoss(ObjectNode encoding, String title) {
        String lossTitle = title.equals("Accuracy") ? "Loss" : title.replace("accuracy", "loss");
        ObjectNode y = (ObjectNode) encoding.path("y");
        y.put("title", lossTitle);
        ((ObjectNode) y.path("axis")).remove("format");
        encoding.path("tooltip").forEach(entry -> {
            if (entry.path("title").asText().equals(title)) {
                ((ObjectNode) entry).put("title", lossTitle);
            }
        });
    }
}
