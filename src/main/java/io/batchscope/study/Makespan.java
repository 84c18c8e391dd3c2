package io.batchscope.study;

import io.batchscope.plan.RunPlan;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.ToDoubleFunction;

/** How long the runs of a study take together. */
public final class Makespan {
    private Makespan() {}

    /**
     * One-worker runs side by side on the slots, longest first, then the others one after the other, as {@link RunQueue}
     * starts them; in a search for the best rates, where it goes seed by seed, about that.
     *
     * @param seconds what each run takes
     */
    public static double seconds(List<RunPlan> runs, int slots, ToDoubleFunction<RunPlan> seconds) {
        PriorityQueue<Double> free = new PriorityQueue<>();
        for (int i = 0; i < slots; i++) {
            free.add(0.0);
        }
        double end = 0;
        List<Double> alone = runs.stream()
                .filter(run -> !RunQueue.runsAlone(run))
                .map(seconds::applyAsDouble)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (double run : alone) {
            double ends = free.remove() + run;
            free.add(ends);
            end = Math.max(end, ends);
        }
        return end
                + runs.stream().filter(RunQueue::runsAlone).mapToDouble(seconds).sum();
    }
}
