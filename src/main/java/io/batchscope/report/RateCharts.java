package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.BatchSummary;
import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.RateSearch;
import io.batchscope.analysis.RateTrial;
import io.batchscope.analysis.StudySummary;
import java.util.List;

/** The chart of a study's search for the best rates, and the rows it draws; none for a study without one. */
final class RateCharts {
    private RateCharts() {}

    static void addData(ObjectNode root, StudySummary summary) {
        if (summary.searches().isEmpty()) {
            return;
        }
        ArrayNode losses = root.putArray("rateLosses");
        ArrayNode lost = root.putArray("rateLost");
        for (RateSearch search : summary.searches().searches()) {
            for (RateTrial trial : search.trials()) {
                BatchSummary batch = trial.summary();
                Estimate loss = batch.validationLoss();
                // The axis is logarithmic.
                if (loss != null && loss.mean() > 0) {
                    ObjectNode row = row(losses, search, trial, batch);
                    ChartData.put(row, "mean", loss.mean());
                    Double low = loss.low();
                    if (low != null && low > 0) {
                        ChartData.put(row, "low", low);
                        ChartData.put(row, "high", loss.high());
                    }
                }
                if (batch.settled() < batch.runs()) {
                    row(lost, search, trial, batch);
                }
            }
        }
        RateLawCharts.addData(root, summary);
    }

    private static ObjectNode row(ArrayNode rows, RateSearch search, RateTrial trial, BatchSummary batch) {
        ObjectNode row = ChartData.row(rows, search.batchSize())
                .put("variant", search.variant().name())
                .put("series", search.batchSize() + " " + search.variant().name())
                .put("outcome", batch.outcomeText());
        ChartData.put(row, "rate", trial.rate());
        ChartData.put(row, "factor", trial.factor());
        return row;
    }

    static List<Chart> all(StudySummary summary) {
        return summary.searches().isEmpty()
                ? List.of()
                : List.of(
                        RateLawCharts.chart(summary),
                        new Chart(
                                "rate-loss",
                                "Validation loss by learning rate",
                                "Mean over seeds of the runs that ended; bars are 95 % intervals, where they stay above 0. A cross at the top: of these runs at"
                                        + " least one diverged or failed. Both axes logarithmic."
                                        + (summary.hasVariants()
                                                ? " One line a batch size and "
                                                        + summary.variants().word() + "."
                                                : ""),
                                true,
                                false));
    }
}
