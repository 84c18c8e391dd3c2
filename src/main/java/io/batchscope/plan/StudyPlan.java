package io.batchscope.plan;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * All runs of a study, in the order of batch size, then recipe, then factor of the rate, then mode, then workers, then
 * seed.
 *
 * @param replica what computes the gradients of all that the step loop trains, and why
 * @param notices what the person should know before starting
 */
public record StudyPlan(String study, ReplicaChoice replica, List<RunPlan> runs, List<String> notices) {
    public StudyPlan {
        runs = List.copyOf(runs);
        notices = List.copyOf(notices);
    }

    /** Those that this program's own step loop trains; Deeplearning4j trains the others. */
    public List<RunPlan> stepLoopRuns() {
        return runs.stream().filter(RunPlan::usesStepLoop).toList();
    }

    /** Whether some batch size runs in several modes, so that it does not name a run. */
    public boolean comparesModes() {
        return batches(run -> List.of(run.batchSize(), run.recipe(), run.synchronization()))
                > batches(run -> List.of(run.batchSize(), run.recipe()));
    }

    /** Whether some batch size runs with several numbers of workers, so that the rest does not name a run. */
    public boolean comparesWorkers() {
        return batches(run -> List.of(run.batchSize(), run.workers())) > batches(RunPlan::batchSize);
    }

    /** {@code 1 worker}, {@code 4 workers}. */
    public static String workers(RunPlan run) {
        return run.workers() + (run.workers() == 1 ? " worker" : " workers");
    }

    /** Whether some runs differ in nothing but a factor of the rate, so that the rest does not name a run. */
    public boolean searchesRates() {
        return runs.stream().anyMatch(run -> run.learningRateFactor() != 1);
    }

    private long batches(Function<RunPlan, Object> key) {
        return runs.stream().map(key).distinct().count();
    }

    /**
     * Batch size of a run, its recipe if that has a name, the factor of its rate in a search, and its mode and workers where
     * the study compares them.
     */
    public String describe(RunPlan run) {
        return "batch " + run.batchSize()
                + (run.recipe().name().isEmpty() ? "" : ", " + run.recipe().name())
                + (searchesRates() ? ", rate " + run.factorText() : "")
                + (comparesModes() ? ", " + run.synchronization().describe() : "")
                + (comparesWorkers() ? ", " + workers(run) : "");
    }

    /** The same with another number of examples at once; only where the planner chose it. */
    public StudyPlan withMicroBatch(int microBatch) {
        return new StudyPlan(
                study,
                replica,
                runs.stream().map(run -> RunIds.withMicroBatch(run, microBatch)).toList(),
                notices);
    }

    /** The same with one more notice. */
    public StudyPlan with(String notice) {
        return new StudyPlan(
                study,
                replica,
                runs,
                Stream.concat(notices.stream(), Stream.of(notice)).toList());
    }
}
