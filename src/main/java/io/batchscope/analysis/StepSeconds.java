package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.StatUtils;
import org.jspecify.annotations.Nullable;

/** What an update of a run takes. */
final class StepSeconds {
    private static final int MEDIAN = 50;

    private StepSeconds() {}

    /**
     * Seconds of an update by {@code run_id}, the median over the run's rows: of the whole update, from the wait for examples
     * to the parameters it leaves. The median leaves out what a run needs to get going and what interrupts it; rows with other
     * batches than whole ones are left out as well, and those of updates in which something was measured, if there are others.
     *
     * @return above 0; nothing of runs that diverged or failed, or have no such rows
     */
    static Map<String, Double> byRun(StudyTables tables) {
        return byRun(tables, StepRecord::stepSeconds);
    }

    /** The same of a part of each update; null where a row does not know it. */
    static Map<String, Double> byRun(StudyTables tables, Function<StepRecord, @Nullable Double> part) {
        Map<String, List<StepRecord>> rows =
                tables.steps().stream().filter(StepSeconds::isWhole).collect(Collectors.groupingBy(StepRecord::runId));
        Map<String, Double> byRun = new HashMap<>();
        for (RunRecord run : tables.runs()) {
            double[] seconds = seconds(rows.getOrDefault(run.runId(), List.of()), part);
            if (BatchSummary.isSettled(run) && seconds.length > 0) {
                byRun.put(run.runId(), StatUtils.percentile(seconds, MEDIAN));
            }
        }
        return byRun;
    }

    private static double[] seconds(List<StepRecord> rows, Function<StepRecord, @Nullable Double> part) {
        List<StepRecord> plain = rows.stream()
                .filter(row -> row.gradientNorm() == null && row.measures().equals(StepMeasures.NONE))
                .toList();
        return (plain.isEmpty() ? rows : plain)
                .stream()
                        .map(part)
                        .filter(Objects::nonNull)
                        .mapToDouble(Double::doubleValue)
                        .toArray();
    }

    private static boolean isWhole(StepRecord row) {
        Long examples = row.updateExamples();
        return examples == null || examples == row.batchSize();
    }
}
