package io.batchscope.result;

import java.util.List;

/** Everything a run leaves in the tables, written together when it ends. */
public record RunResult(RunRecord run, List<StepRecord> steps, List<EvalRecord> evals, List<ProbeRecord> probes) {
    public RunResult {
        steps = List.copyOf(steps);
        evals = List.copyOf(evals);
        probes = List.copyOf(probes);
    }
}
