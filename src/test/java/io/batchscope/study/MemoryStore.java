package io.batchscope.study;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.ResultStore;
import io.batchscope.result.RunResult;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Results in memory. */
class MemoryStore implements ResultStore {
    private final Map<String, RunResult> results = new TreeMap<>();

    @Override
    public synchronized Set<String> finishedRuns() {
        return results.values().stream()
                .map(RunResult::run)
                .filter(run -> !run.outcome().equals("Failed"))
                .map(run -> run.runId())
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized void write(RunResult result) {
        results.put(result.run().runId(), result);
    }

    @Override
    public synchronized StudyTables read() {
        return new StudyTables(
                results.values().stream().map(RunResult::run).toList(),
                results.values().stream()
                        .flatMap(result -> result.steps().stream())
                        .toList(),
                results.values().stream()
                        .flatMap(result -> result.evals().stream())
                        .toList(),
                List.of());
    }

    @Override
    public void writeFindings(List<FindingRecord> findings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<FindingRecord> readFindings() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void compact() {
        throw new UnsupportedOperationException();
    }
}
