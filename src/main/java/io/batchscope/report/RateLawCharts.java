package io.batchscope.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.batchscope.analysis.RateLaws;
import io.batchscope.analysis.RateSearch;
import io.batchscope.analysis.StudySummary;
import io.batchscope.law.BestRate;
import io.batchscope.law.RateLaw;
import io.batchscope.law.RateLawFit;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** The chart of the best rate by batch size, and the rows it draws. */
final class RateLawCharts {
    private static final int POINTS = 48;

    private RateLawCharts() {}

    static void addData(ObjectNode root, StudySummary summary) {
        ArrayNode best = root.putArray("rateBest");
        ArrayNode lines = root.putArray("rateLines");
        for (RateLaws laws : RateLaws.of(summary)) {
            List<RateSearch> searches = summary.searches().searches().stream()
                    .filter(search -> search.variant().equals(laws.variant()))
                    .filter(search -> laws.batchSizes().contains(search.batchSize()))
                    .toList();
            searches.forEach(search -> addBest(best, search, laws));
            if (searches.size() > 1) {
                addLines(lines, searches, laws);
            }
        }
    }

    private static void addBest(ArrayNode rows, RateSearch search, RateLaws laws) {
        List<BestRate> rates = laws.rates().stream()
                .filter(rate -> rate.batchSize() == search.batchSize())
                .toList();
        ObjectNode row = ChartData.row(rows, search.batchSize())
                .put("variant", laws.variant().name());
        ChartData.put(row, "rate", search.tuned().rate());
        // Where the best may lie beyond the rates tried, the bar goes to the last of them.
        double smallest = search.trials().get(0).rate();
        double largest = search.trials().get(search.trials().size() - 1).rate();
        ChartData.put(
                row,
                "low",
                rates.stream()
                        .mapToDouble(rate -> Math.max(rate.low(), smallest))
                        .min()
                        .orElseThrow());
        ChartData.put(
                row,
                "high",
                rates.stream()
                        .mapToDouble(rate -> Math.min(rate.high(), largest))
                        .max()
                        .orElseThrow());
    }

    private static void addLines(ArrayNode rows, List<RateSearch> searches, RateLaws laws) {
        double from = searches.get(0).batchSize();
        double to = searches.get(searches.size() - 1).batchSize();
        double first = searches.get(0).tuned().rate();
        RateLawFit fit = laws.fit();
        if (fit != null) {
            RateLaw law = fit.law();
            addLine(rows, laws, "law", from, to, law::rate);
        }
        addLine(rows, laws, "linear scaling", from, to, batch -> first * batch / from);
        addLine(rows, laws, "square-root scaling", from, to, batch -> first * Math.sqrt(batch / from));
    }

    private static void addLine(
            ArrayNode rows, RateLaws laws, String line, double from, double to, DoubleUnaryOperator rate) {
        for (int i = 0; i < POINTS; i++) {
            double batch = from * Math.pow(to / from, (double) i / (POINTS - 1));
            ObjectNode row =
                    rows.addObject().put("variant", laws.variant().name()).put("line", line);
            ChartData.put(row, "batch", batch);
            ChartData.put(row, "rate", rate.applyAsDouble(batch));
        }
    }

    static Chart chart(StudySummary summary) {
        return new Chart(
                "rate-law",
                "Best learning rate by batch size",
                "Points are tuned rates, bars all that may be the best one with some seed: up to halfway to the next rates tried, or at"
                        + " an end to the last one tried. Lines are the law rate = maximum / (1 + noise batch / batch) fitted to the best"
                        + " rates of all seeds, and linear and square-root scaling from the smallest batch size. Both axes logarithmic."
                        + (summary.hasVariants()
                                ? " One colour a " + summary.variants().word() + "."
                                : ""),
                true,
                false);
    }
}
