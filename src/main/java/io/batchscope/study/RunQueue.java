package io.batchscope.study;

import io.batchscope.plan.RunOrder;
import io.batchscope.plan.RunPlan;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which run may start next: runs of one worker several at a time, then runs of several workers, and those that
 * Deeplearning4j trains, one after the other while nothing else runs. The costliest come first, so that a long run is not
 * left alone at the end. In the order {@link RunOrder#SEED_BY_SEED} all go one after the other.
 *
 * <p>In a search for the best rates this goes seed by seed, and there from the factors next to 1 outwards, so that a study that
 * is interrupted has all batch sizes at the rates that are most likely, and whole searches for the seeds that it came to.
 */
final class RunQueue {
    private static final Comparator<RunPlan> COSTLIEST =
            Comparator.comparingDouble(RunQueue::cost).reversed().thenComparing(RunPlan::runId);
    private static final Comparator<RunPlan> COSTLIEST_FIRST =
            Comparator.comparing(RunQueue::runsAlone).thenComparing(COSTLIEST);
    private static final Comparator<RunPlan> SEARCH = Comparator.comparingLong(RunPlan::seed)
            .thenComparing(RunQueue::runsAlone)
            .thenComparingDouble(plan -> Math.abs(Math.log(plan.learningRateFactor())))
            .thenComparing(COSTLIEST);

    /** Ids are hashes, so within a seed they put the batch sizes in an order that has nothing to do with them. */
    private static final Comparator<RunPlan> SEED_BY_SEED =
            Comparator.comparingLong(RunPlan::seed).thenComparing(RunPlan::runId);

    private final Deque<RunPlan> waiting;
    private final int slots;
    private int running;
    private boolean alone;

    RunQueue(List<RunPlan> plans, int slots) {
        this(plans, slots, RunOrder.COSTLIEST_FIRST);
    }

    RunQueue(List<RunPlan> plans, int slots, RunOrder order) {
        waiting =
                new ArrayDeque<>(plans.stream().sorted(comparator(plans, order)).toList());
        this.slots = order.atOnce(slots);
    }

    private static Comparator<RunPlan> comparator(List<RunPlan> plans, RunOrder order) {
        if (order == RunOrder.SEED_BY_SEED) {
            return SEED_BY_SEED;
        }
        boolean search = plans.stream().anyMatch(plan -> plan.learningRateFactor() != 1);
        return search ? SEARCH : COSTLIEST_FIRST;
    }

    /** Time in arbitrary units: a step costs something fixed, and as much again for every 64 examples. */
    static double cost(RunPlan plan) {
        return plan.plannedSteps() * (1 + plan.batchSize() / 64.0);
    }

    /** Deeplearning4j's gradient sharing has one server in a JVM, and all its jobs take the slots that they find. */
    static boolean runsAlone(RunPlan plan) {
        return plan.workers() > 1 || !plan.usesStepLoop();
    }

    /** Takes the next run that may start now; null if none may. */
    @Nullable
    RunPlan next() {
        RunPlan first = waiting.peek();
        if (first == null || running >= (alone || runsAlone(first) ? 1 : slots)) {
            return null;
        }
        alone = runsAlone(first);
        running++;
        return waiting.poll();
    }

    /** One of the started runs has ended. */
    void ended() {
        running--;
    }

    /** Starts no more. */
    void clear() {
        waiting.clear();
    }

    int waiting() {
        return waiting.size();
    }

    int running() {
        return running;
    }
}
