package io.batchscope.law;

/**
 * What an update takes on any number of workers, each on a processor of its own: t(p, b) = a + β·b + s(p), with s(p) the time in
 * which a ring of p workers sums a gradient ({@link Link}). Nothing of the sum is hidden behind the backward pass, and no worker
 * waits for a slower one: it is how Qiao et al. 2021 combine gradients and sums where nothing overlaps (γ = 1).
 *
 * @param local a + β·b, of a worker alone
 * @param link between neighbouring workers
 * @param gradientBytes at least 0
 */
public record Cluster(UpdateTime local, Link link, long gradientBytes) {
    /** s(p); 0 with one worker. */
    public double sumSeconds(int workers) {
        return link.seconds(workers, gradientBytes);
    }

    /** a + s(p) and β. */
    public UpdateTime update(int workers) {
        return new UpdateTime(local.fixedSeconds() + sumSeconds(workers), local.secondsPerExample());
    }

    /** Seconds of an update where each worker's own part takes {@code slowdown} times as long, as where workers share processors. */
    public double seconds(int workers, double perWorker, double slowdown) {
        return slowdown * local.seconds(perWorker) + sumSeconds(workers);
    }

    /** Examples a second of p workers over p times those of one with as many examples each (weak scaling), in 0 … 1. */
    public double scalingEfficiency(int workers, double perWorker) {
        return local.seconds(perWorker) / update(workers).seconds(perWorker);
    }

    /** What a goal takes on so many workers. */
    public GoalTime toGoal(TradeOff goal, int workers) {
        return new GoalTime(goal, update(workers), workers);
    }

    /**
     * The whole batch size at which a goal takes the fewest seconds: {@link GoalTime#bestBatchSize}, at least one example a worker
     * and at most all of them. The law has no second minimum, so where the best is beyond an end it is that end.
     *
     * @param workers 1 … {@code trainExamples}
     */
    public long bestBatchSize(TradeOff goal, int workers, long trainExamples) {
        double best = toGoal(goal, workers).bestBatchSize();
        // Not a number where all sizes take as long: then the smallest.
        return Double.isNaN(best) ? workers : Math.max(workers, Math.min(trainExamples, Math.round(best)));
    }

    /**
     * How well further workers pay: the logarithm of the time that they save over that of how many times as many they are. 1
     * where twice the workers take half of the time, 0.5 where they take 1/√2 of it, 0 where they save nothing, below 0 where they
     * cost time.
     */
    public static double marginalEfficiency(int fewer, double secondsOfFewer, int more, double secondsOfMore) {
        return Math.log(secondsOfFewer / secondsOfMore) / Math.log((double) more / fewer);
    }
}
