package io.batchscope.analysis;

import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How long the runs of one batch size were expected to train, and how long they did, evaluations apart; means over the runs
 * that neither diverged nor failed, in seconds. What was expected is of the updates that a run did, also where it ended
 * early.
 *
 * @param workers of the runs
 * @param predicted from a calibration before the study
 * @param measured training time
 */
public record TimeComparison(long batchSize, List<Integer> workers, Estimate predicted, Estimate measured) {
    /** What {@code study.TimeForecast} writes. */
    private static final String PROBE = "time";

    private static final String METRIC = "predicted_done_seconds";

    public TimeComparison {
        workers = List.copyOf(workers);
    }

    /** Those of the reference's batch sizes that have both, ascending; runs without one of them do not count. */
    public static List<TimeComparison> of(StudyTables all) {
        StudyTables tables = Variants.of(all.runs()).ofReference(all);
        Map<String, Double> predicted = tables.probes().stream()
                .filter(row -> row.probe().equals(PROBE) && row.metric().equals(METRIC) && row.value() > 0)
                .collect(Collectors.toMap(ProbeRecord::runId, ProbeRecord::value, (first, second) -> first));
        Map<Long, List<RunRecord>> byBatch = tables.runs().stream()
                .filter(run ->
                        BatchSummary.isSettled(run) && run.trainSeconds() != null && predicted.containsKey(run.runId()))
                .collect(Collectors.groupingBy(RunRecord::batchSize, TreeMap::new, Collectors.toList()));
        List<TimeComparison> comparisons = new ArrayList<>();
        byBatch.forEach((batch, runs) -> {
            Estimate expected = Estimate.over(runs, run -> predicted.get(run.runId()));
            Estimate measured = Estimate.over(runs, RunRecord::trainSeconds);
            if (expected != null && measured != null) {
                comparisons.add(new TimeComparison(
                        batch,
                        runs.stream()
                                .map(RunRecord::workers)
                                .distinct()
                                .sorted()
                                .toList(),
                        expected,
                        measured));
            }
        });
        return comparisons;
    }

    /** (measured − predicted) / predicted. */
    public double error() {
        return measured.mean() / predicted.mean() - 1;
    }
}
