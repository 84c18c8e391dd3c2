package io.batchscope.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What {@link Efficiency} measured, as Markdown. */
final class EfficiencyTable {
    private static final List<Layout> ONE = List.of(Layout.ONE_ON_ONE_CORE, Layout.ONE_ON_ALL_CORES);
    private static final List<Layout> TWO = List.of(Layout.TWO_IN_ONE_JVM, Layout.TWO_JVMS);

    private EfficiencyTable() {}

    /**
     * One network at one size of the workers' shares.
     *
     * @param rates examples per second, one value a round
     */
    record Row(Workload workload, int perWorker, Map<Layout, double[]> rates) {
        private double[] rate(Layout layout) {
            return Objects.requireNonNull(rates.get(layout));
        }

        private String median(Layout layout) {
            Spread spread = Spread.of(rate(layout));
            return String.format(Locale.ROOT, "%.0f (%.0f–%.0f)", spread.median(), spread.least(), spread.most());
        }

        private String ratio(Layout layout, Layout to) {
            return Spread.ofRatios(rate(layout), rate(to)).text();
        }
    }

    /** Two workers against one. */
    static String scaling(List<Row> rows) {
        List<String> head = new ArrayList<>(List.of("model", "examples a worker"));
        ONE.forEach(layout -> head.add(layout.title() + ", examples/s"));
        TWO.forEach(layout -> head.add(layout.title() + ", examples/s"));
        TWO.forEach(layout -> ONE.forEach(one -> head.add(layout.title() + " ÷ " + one.title())));
        return table(
                head,
                rows.stream()
                        .map(row -> {
                            List<String> cells = start(row);
                            ONE.forEach(layout -> cells.add(row.median(layout)));
                            TWO.forEach(layout -> cells.add(row.median(layout)));
                            TWO.forEach(layout -> ONE.forEach(one -> cells.add(row.ratio(layout, one))));
                            return cells;
                        })
                        .toList());
    }

    /** Overlapped sums against later ones over a slow link. */
    static String overlap(List<Row> rows, double gigabits) {
        return "Two worker JVMs, ring over a link of " + gigabits + " Gbit/s in each direction:\n\n"
                + table(
                        List.of(
                                "model",
                                "examples a worker",
                                Layout.LINK_AFTERWARDS.title() + ", examples/s",
                                Layout.LINK_OVERLAPPED.title() + ", examples/s",
                                "within ÷ after"),
                        rows.stream()
                                .map(row -> {
                                    List<String> cells = start(row);
                                    cells.add(row.median(Layout.LINK_AFTERWARDS));
                                    cells.add(row.median(Layout.LINK_OVERLAPPED));
                                    cells.add(row.ratio(Layout.LINK_OVERLAPPED, Layout.LINK_AFTERWARDS));
                                    return cells;
                                })
                                .toList());
    }

    private static List<String> start(Row row) {
        return new ArrayList<>(List.of(row.workload.label(), Integer.toString(row.perWorker)));
    }

    private static String table(List<String> head, List<List<String>> rows) {
        List<String> lines = new ArrayList<>();
        lines.add(line(head));
        lines.add("|---|" + "---:|".repeat(head.size() - 1));
        rows.forEach(cells -> lines.add(line(cells)));
        return String.join("\n", lines);
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
