package io.batchscope.spark;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.ProbeRecord;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which processors the ranks of a run had. Other runs on the same machines are not counted.
 *
 * @param total of all machines that a rank ran on
 * @param perWorker of a machine divided by the run's ranks on it, on the machine with the fewest; below 1 ranks share them
 */
record HostProcessors(int total, double perWorker) {
    /** Name of these measurements in the table {@code probes}. */
    static final String PROBE = "machine";

    /** Of a run whose ranks report these, at least one. JVMs of one machine may see different numbers: the largest counts. */
    static HostProcessors of(List<RankReport> reports) {
        Map<String, List<Integer>> byHost = reports.stream()
                .collect(Collectors.groupingBy(
                        RankReport::host, Collectors.mapping(RankReport::processors, Collectors.toList())));
        return new HostProcessors(
                byHost.values().stream().mapToInt(Collections::max).sum(),
                byHost.values().stream()
                        .mapToDouble(ranks -> (double) Collections.max(ranks) / ranks.size())
                        .min()
                        .orElseThrow());
    }

    /** As rows of {@code probes}. */
    List<ProbeRecord> rows(RunPlan plan) {
        return List.of(row(plan, "processors", total), row(plan, "processors_per_worker", perWorker));
    }

    private static ProbeRecord row(RunPlan plan, String metric, double value) {
        return new ProbeRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                0,
                PROBE,
                metric,
                value,
                null,
                "{\"workers\":" + plan.workers() + "}");
    }
}
