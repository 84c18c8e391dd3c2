package io.batchscope.report;

import io.batchscope.analysis.Estimate;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.ScalingEfficiency;
import io.batchscope.analysis.ScalingEfficiency.Beside;
import io.batchscope.analysis.ScalingEfficiency.Processors;
import io.batchscope.report.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How a study scales over workers, as texts: one row for each batch size and number of workers of each recipe and mode. */
final class ScalingTables {
    static final String NOTE =
            "Weak scaling: the throughput beside that of the fewest workers with as many examples each, times as many workers; 100 %"
                    + " is as good as it gets where each worker has a processor of its own. Strong scaling: how many times as fast an"
                    + " update of the same batch is as on the fewest workers; the efficiency is that by how many times as many workers"
                    + " it took. Seed by seed, geometric means, in brackets 95 % intervals (paired t, of the logarithm). An update's time"
                    + " is the median over a run's updates in which nothing was measured, mean over seeds.";

    /** Where workers agree only now and then, or Deeplearning4j trains. */
    private static final String WHOLE_RUNS =
            " Where workers do not agree in every update, it is the training time of whole runs over their updates.";

    private static final String OVERSUBSCRIBED =
            " Rows with more workers than processors are oversubscribed: workers take turns there, and the numbers say what the"
                    + " machine has, not how well workers scale that have a processor each.";

    private ScalingTables() {}

    static String note(List<ScalingEfficiency> rows) {
        return NOTE
                + (rows.stream().anyMatch(ScalingEfficiency::ofWholeRuns) ? WHOLE_RUNS : "")
                + (rows.stream().anyMatch(ScalingEfficiency::isOversubscribed) ? OVERSUBSCRIBED : "");
    }

    /** Without rows for a study that does not compare numbers of workers. */
    static Table of(List<ScalingEfficiency> rows) {
        boolean recipes =
                rows.stream().map(ScalingEfficiency::recipe).distinct().count() > 1;
        boolean modes = rows.stream().map(ScalingEfficiency::mode).distinct().count() > 1;
        boolean target = rows.stream().map(ScalingEfficiency::strongToTarget).anyMatch(Objects::nonNull);
        List<Column> columns = new ArrayList<>(List.of(Column.number("Batch size")));
        if (recipes) {
            columns.add(Column.text("Recipe"));
        }
        if (modes) {
            columns.add(Column.text("Mode"));
        }
        columns.addAll(List.of(
                Column.number("Workers"),
                Column.number("Processors"),
                Column.number("Examples a worker"),
                Column.number("Update (ms)"),
                Column.number("Weak efficiency (%)"),
                Column.number("Strong speedup"),
                Column.number("Strong efficiency (%)")));
        if (target) {
            columns.add(Column.number("Speedup to the target"));
        }
        return new Table(
                columns,
                rows.stream().map(row -> row(row, recipes, modes, target)).toList());
    }

    private static List<String> row(ScalingEfficiency scaling, boolean recipes, boolean modes, boolean target) {
        List<String> row = new ArrayList<>(List.of(NumberText.count(scaling.batchSize())));
        if (recipes) {
            row.add(scaling.recipe().words());
        }
        if (modes) {
            row.add(scaling.mode().name());
        }
        Processors processors = scaling.processors();
        Beside strong = scaling.strong();
        row.add(Integer.toString(scaling.workers()));
        row.add(processors == null ? NumberText.NOT_MEASURED : NumberText.fixed(processors.total(), 0));
        row.add(NumberText.significant(scaling.examplesPerWorker()));
        row.add(milliseconds(scaling.updateSeconds()));
        row.add(ratio(scaling.weak(), 100));
        row.add(ratio(strong, 1));
        row.add(ratio(strong, strong == null ? 1 : 100.0 * strong.workers() / scaling.workers()));
        if (target) {
            row.add(ratio(scaling.strongToTarget(), 1));
        }
        return row;
    }

    private static String milliseconds(Estimate seconds) {
        Double half = seconds.halfWidth();
        String mean = NumberText.significant(seconds.mean() * 1000);
        return half == null ? mean : mean + " ± " + NumberText.significant(half * 1000);
    }

    /** {@code 81.2 (79.0 to 83.5)}. */
    private static String ratio(@Nullable Beside beside, double factor) {
        if (beside == null) {
            return NumberText.NOT_MEASURED;
        }
        Double low = beside.logRatio().low();
        Double high = beside.logRatio().high();
        return NumberText.significant(beside.ratio() * factor)
                + (low == null || high == null
                        ? ""
                        : " (" + NumberText.significant(Math.exp(low) * factor) + " to "
                                + NumberText.significant(Math.exp(high) * factor) + ")");
    }
}
