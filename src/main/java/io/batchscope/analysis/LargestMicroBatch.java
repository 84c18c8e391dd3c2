package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.StudyTables;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** How many examples fit into a worker's memory at once, from what the runs measured before they trained. */
final class LargestMicroBatch {
    /** What {@code study.WorkerMemory} writes. */
    private static final String PROBE = "memory";

    private LargestMicroBatch() {}

    /** The finding for the run whose workers have the least room; none where nothing was measured. */
    static Optional<FindingRecord> of(StudyTables tables, StudySummary summary) {
        List<ProbeRecord> rows = tables.probes().stream()
                .filter(row -> row.probe().equals(PROBE))
                .toList();
        return rows.stream()
                .filter(isMetric("largest_micro_batch"))
                .min(Comparator.comparingDouble(ProbeRecord::value).thenComparing(ProbeRecord::runId))
                .map(least -> finding(
                        summary,
                        least,
                        rows.stream()
                                .filter(row -> row.runId().equals(least.runId()))
                                .toList()));
    }

    private static Predicate<ProbeRecord> isMetric(String metric) {
        return row -> row.metric().equals(metric);
    }

    private static FindingRecord finding(StudySummary summary, ProbeRecord least, List<ProbeRecord> run) {
        long largest = (long) least.value();
        boolean all = largest >= summary.trainExamples();
        String detail = "A worker can push " + NumberText.counted(largest, "example") + " through the network at once"
                + (all ? ", the whole training set" : "") + ": it may use " + bytes(run, "budget_bytes")
                + ", of which parameters, optimizer state and examples take " + bytes(run, "fixed_bytes")
                + " whatever the micro-batch, and each example in it " + bytes(run, "bytes_per_example")
                + "; measured at a few sizes, between and beyond them on straight lines.";
        return new FindingRecord(
                summary.study(), "largest_micro_batch", null, least.value(), null, null, "examples", detail);
    }

    private static String bytes(List<ProbeRecord> run, String metric) {
        return run.stream()
                .filter(isMetric(metric))
                .findFirst()
                .map(row -> NumberText.bytes(Math.round(row.value())))
                .orElse(NumberText.NOT_MEASURED);
    }
}
