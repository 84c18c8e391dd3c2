package io.batchscope.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The rows of {@link GpuSteps} as one Markdown table. */
record GpuStepTable(List<StepRow> rows, List<GpuContender> contenders) {
    private static final String NONE = "–";

    /** What is compared with what: the same work, in TF32 or not; the first of each pair is Batchscope. */
    private static final List<List<GpuContender>> PAIRS = List.of(
            List.of(GpuContender.BATCHSCOPE, GpuContender.PYTORCH),
            List.of(GpuContender.BATCHSCOPE, GpuContender.PYTORCH_GRAPH),
            List.of(GpuContender.BATCHSCOPE_RESIDENT, GpuContender.PYTORCH_RESIDENT),
            List.of(GpuContender.BATCHSCOPE_RESIDENT, GpuContender.PYTORCH_RESIDENT_GRAPH),
            List.of(GpuContender.BATCHSCOPE_TF32, GpuContender.PYTORCH_TF32),
            List.of(GpuContender.BATCHSCOPE_TF32, GpuContender.PYTORCH_GRAPH_TF32));

    String markdown() {
        List<List<GpuContender>> pairs =
                PAIRS.stream().filter(contenders::containsAll).toList();
        List<String> lines = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("model", "batch"));
        contenders.forEach(contender -> head.add(contender.title() + ", ms"));
        pairs.forEach(
                pair -> head.add(pair.get(0).title() + " against " + pair.get(1).title() + ", times (min–max)"));
        contenders.stream()
                .filter(contender -> !contender.isPyTorch())
                .forEach(contender -> head.add(contender.title() + ", GFLOP/s"));
        lines.add(line(head));
        lines.add("|---|" + "---:|".repeat(head.size() - 1));
        rows.forEach(row -> lines.add(line(cells(row, pairs))));
        notes().forEach((note, places) -> lines.add(
                "\n" + note + ": " + (places.size() == rows.size() ? "every row" : String.join(", ", places)) + "."));
        return String.join("\n", lines);
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private List<String> cells(StepRow row, List<List<GpuContender>> pairs) {
        List<String> cells = new ArrayList<>(List.of(row.network().label(), Integer.toString(row.batch())));
        contenders.forEach(contender ->
                cells.add(row.milliseconds(contender).map(Spread::digits).orElseGet(() -> absent(row, contender))));
        pairs.forEach(pair -> cells.add(
                row.speedup(pair.get(0), pair.get(1)).map(Spread::text).orElse(NONE)));
        contenders.stream()
                .filter(contender -> !contender.isPyTorch())
                .forEach(contender -> cells.add(rate(row, contender)));
        return cells;
    }

    private static String rate(StepRow row, GpuContender contender) {
        Optional<Double> rate = row.rate(contender);
        return rate.map(Spread::digits).orElse(NONE);
    }

    private static String absent(StepRow row, GpuContender contender) {
        String note = row.notes().getOrDefault(contender, "");
        if (note.startsWith("left out: out of memory")) {
            return "out of memory";
        }
        return note.startsWith("not installed") ? "not installed" : NONE;
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
