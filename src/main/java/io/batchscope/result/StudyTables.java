package io.batchscope.result;

import java.util.List;
import java.util.Set;

/** The tables of a results directory, read back: all that analysis and report know of a study. */
public record StudyTables(
        List<RunRecord> runs, List<StepRecord> steps, List<EvalRecord> evals, List<ProbeRecord> probes) {
    public StudyTables {
        runs = List.copyOf(runs);
        steps = List.copyOf(steps);
        evals = List.copyOf(evals);
        probes = List.copyOf(probes);
    }

    /** The rows of these runs only. */
    public StudyTables only(Set<String> runIds) {
        return new StudyTables(
                runs.stream().filter(row -> runIds.contains(row.runId())).toList(),
                steps.stream().filter(row -> runIds.contains(row.runId())).toList(),
                evals.stream().filter(row -> runIds.contains(row.runId())).toList(),
                probes.stream().filter(row -> runIds.contains(row.runId())).toList());
    }
}
