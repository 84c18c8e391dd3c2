package io.batchscope.analysis;

import io.batchscope.law.Drawings;
import io.batchscope.law.HyperbolaFit;
import io.batchscope.law.Observation;
import io.batchscope.law.UpdateTime;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an update takes by examples a worker, fitted to the median update of each run ({@link StepSeconds}), for each number of
 * workers apart: so what workers wait for each other, and take from each other where they share a machine, is in it.
 *
 * @param byWorkers those numbers of workers with runs at three batch sizes or more
 */
record UpdateTimes(SortedMap<Integer, Fit> byWorkers) {
    private static final int DRAWINGS = 2000;
    private static final long SEED = 2;

    /**
     * Of one number of workers.
     *
     * @param drawn those of runs drawn anew
     */
    record Fit(int workers, HyperbolaFit curve, Drawings<UpdateTime> drawn) {
        UpdateTime law() {
            return UpdateTime.of(curve.hyperbola());
        }
    }

    /** Of the runs of one variant, at whatever rate. */
    static UpdateTimes of(StudyTables tables) {
        Map<String, Double> seconds = new HashMap<>(StepSeconds.byRun(tables));
        // Workers that agree now and then wait for each other in some updates only, which a median does not see.
        for (RunRecord run : tables.runs()) {
            Double trained = run.trainSeconds();
            if (run.syncEvery() > 1 && seconds.containsKey(run.runId()) && trained != null && run.steps() > 0) {
                seconds.put(run.runId(), trained / run.steps());
            }
        }
        return of(tables.runs(), seconds);
    }

    /**
     * Of runs by a part of their updates, or all of it.
     *
     * @param seconds by {@code run_id}; runs that are not in it, or not above 0, are left out
     */
    static UpdateTimes of(List<RunRecord> runs, Map<String, Double> seconds) {
        SortedMap<Integer, List<Observation>> measured = new TreeMap<>();
        for (RunRecord run : runs) {
            Double median = seconds.get(run.runId());
            if (median != null && median > 0 && isFixed(run)) {
                measured.computeIfAbsent(run.workers(), workers -> new ArrayList<>())
                        .add(UpdateTime.observation((double) run.batchSize() / run.workers(), median));
            }
        }
        SortedMap<Integer, Fit> byWorkers = new TreeMap<>();
        measured.forEach((workers, observations) -> {
            if (observations.stream().mapToDouble(Observation::x).distinct().count() >= HyperbolaFit.FEWEST_PLACES) {
                HyperbolaFit curve = HyperbolaFit.of(observations);
                byWorkers.put(
                        workers,
                        new Fit(workers, curve, curve.draw(DRAWINGS, SEED).map(UpdateTime::of)));
            }
        });
        return new UpdateTimes(byWorkers);
    }

    /** Whether its batch stayed as large as it was. */
    static boolean isFixed(RunRecord run) {
        return run.finalBatchSize() == null || run.finalBatchSize() == run.batchSize();
    }
}
