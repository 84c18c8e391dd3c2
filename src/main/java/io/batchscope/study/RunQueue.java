package io.batchscope.study;

import io.batchscope.plan.RunPlan;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which run may start next: runs of one worker several at a time, then runs of several workers, or trained by Deeplearning4j itself,
 * one after the other while nothing else runs. The costliest come first, so that a long run is not left alone at the end.
 */
final class RunQueue {
    private static final Comparator<RunPlan> ORDER = Comparator.<RunPlan, Boolean>comparing(RunQueue::alone)
            .thenComparing(Comparator.comparingDouble(RunQueue::cost).reversed())
            .thenComparing(RunPlan::runId);

    private final Deque<RunPlan> waiting;
    private final int slots;
    private int running;

    RunQueue(List<RunPlan> plans, int slots) {
        waiting = new ArrayDeque<>(plans.stream().sorted(ORDER).toList());
        this.slots = slots;
    }

    /** Deeplearning4j's masters use what a JVM has once. */
    private static boolean alone(RunPlan plan) {
        return plan.workers() > 1 || plan.synchronization().mode().isDeeplearning4j();
    }

    /** Time in arbitrary units: a step costs something fixed, and as much again for every 64 examples. */
    static double cost(RunPlan plan) {
        return plan.plannedSteps() * (1 + plan.batchSize() / 64.0);
    }

    /** Takes the next run that may start now; null if none may. */
    @Nullable
    RunPlan next() {
        RunPlan first = waiting.peek();
        if (first == null || running >= (alone(first) ? 1 : slots)) {
            return null;
        }
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
