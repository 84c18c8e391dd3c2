package io.batchscope.result;

import java.util.List;

/** The tables of a results directory, read back: all that analysis and report know of a study. */
public record StudyTables(
        List<RunRecord> runs, List<StepRecord> steps, List<EvalRecord> evals, List<ProbeRecord> probes) {
    public StudyTables {
        runs = List.copyOf(runs);
        steps = List.copyOf(steps);
        evals = List.copyOf(evals);
        probes = List.copyOf(probes);
    }
}
