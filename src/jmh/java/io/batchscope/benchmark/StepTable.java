package io.batchscope.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The rows as one Markdown table.
 *
 * @param subject whose ratios and GFLOP/s are shown
 * @param pytorchGemmRates operations per nanosecond of PyTorch's matrix product
 */
record StepTable(List<StepRow> rows, List<Contender> contenders, Contender subject, List<Double> pytorchGemmRates) {
    private static final String NONE = "–";

    String markdown() {
        List<String> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("model", "batch"));
        contenders.forEach(contender -> head.add(contender.title() + ", ms"));
        String name = subject.title();
        head.addAll(List.of(
                name + " against PyTorch, times (min–max)",
                name + " against Deeplearning4j as shipped, times (min–max)",
                name + ", GFLOP/s",
                "of sgemm"));
        lines.add(line(head));
        lines.add("|---|" + "---:|".repeat(head.size() - 1));
        rows.forEach(row -> lines.add(line(cells(row))));
        gemm().ifPresent(lines::add);
        notes().forEach((note, places) -> lines.add(
                "\n" + note + ": " + (places.size() == rows.size() ? "every row" : String.join(", ", places)) + "."));
        return String.join("\n", lines);
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private List<String> cells(StepRow row) {
        List<String> cells = new ArrayList<>(List.of(row.network().label(), Integer.toString(row.batch())));
        for (Contender contender : contenders) {
            cells.add(row.milliseconds(contender).map(Spread::digits).orElseGet(() -> absent(row, contender)));
        }
        for (Contender other : List.of(Contender.PYTORCH, Contender.SHIPPED)) {
            cells.add(row.speedup(subject, other).map(Spread::text).orElse(NONE));
        }
        cells.add(row.rate(subject).map(Spread::digits).orElse(NONE));
        cells.add(row.efficiency(subject).map(StepTable::percent).orElse(NONE));
        return cells;
    }

    private static String absent(StepRow row, Contender contender) {
        return row.notes().getOrDefault(contender, "").startsWith("not installed") ? "not installed" : NONE;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    /** The yardstick: milliseconds of a product where the subject and PyTorch stand, and its GFLOP/s. */
    private Optional<String> gemm() {
        List<Double> rates =
                rows.stream().flatMap(row -> row.gemmRates().stream()).toList();
        if (rates.isEmpty()) {
            return Optional.empty();
        }
        Spread rate = Spread.of(StepRow.array(rates));
        List<String> cells = new ArrayList<>(List.of("sgemm 1024³", NONE));
        for (Contender contender : contenders) {
            if (contender == subject) {
                cells.add(milliseconds(rate.median()));
            } else if (contender == Contender.PYTORCH && !pytorchGemmRates.isEmpty()) {
                cells.add(
                        milliseconds(Spread.of(StepRow.array(pytorchGemmRates)).median()));
            } else {
                cells.add(NONE);
            }
        }
        cells.addAll(List.of(NONE, NONE, rate.text(), "100 %"));
        return Optional.of(line(cells));
    }

    private static String milliseconds(double rate) {
        return Spread.digits(GemmRate.operations() / rate / 1e6);
    }

    /** What contenders said, with the rows in which they said it. */
    private Map<String, List<String>> notes() {
        Map<String, List<String>> notes = new TreeMap<>();
        for (StepRow row : rows) {
            row.notes().forEach((contender, note) -> {
                if (!note.isEmpty()) {
                    notes.computeIfAbsent(contender.title() + " (" + note + ")", key -> new ArrayList<>())
                            .add(row.network().label() + " " + row.batch());
                }
            });
        }
        return notes;
    }
}
