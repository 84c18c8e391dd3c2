package io.batchscope.law;

/**
 * What a goal takes in seconds at a global batch size B on p workers: T(B) = (S_min + E_min/B)·(a + β·B/p), the updates of
 * {@link TradeOff} times the seconds of {@link UpdateTime}. It is least at the geometric mean of the half-utilisation batch
 * size a·p/β of the machine and the critical batch size of the goal.
 *
 * @param goal updates by batch size
 * @param update seconds of an update on as many workers, with all that they wait for each other
 * @param workers p, at least 1
 */
public record GoalTime(TradeOff goal, UpdateTime update, int workers) {
    public GoalTime {
        if (workers < 1) {
            throw new IllegalArgumentException("workers must be at least 1, but are " + workers);
        }
    }

    /** T(B). */
    public double seconds(double batchSize) {
        return goal.steps(batchSize) * update.seconds(batchSize / workers);
    }

    /** p·T(B): what is paid for. */
    public double workerSeconds(double batchSize) {
        return workers * seconds(batchSize);
    }

    /** a·p/β: the global batch size at which half of an update's time goes into its examples. */
    public double halfUtilisationBatchSize() {
        return workers * update.halfUtilisation();
    }

    /** B* = √(a·p/β · B_crit); infinite, 0 or NaN where a part of the laws is not known. */
    public double bestBatchSize() {
        return Math.sqrt(halfUtilisationBatchSize() * goal.criticalBatchSize());
    }

    /** T(B*) = (√(S_min·a) + √(E_min·β/p))². */
    public double fewestSeconds() {
        double root = Math.sqrt(goal.minimumSteps() * update.fixedSeconds())
                + Math.sqrt(goal.minimumExamples() * update.secondsPerExample() / workers);
        return root * root;
    }

    /**
     * The batch sizes at which the goal takes at most {@code factor} times the fewest seconds: the roots of S_min·β/p·B² −
     * (factor·T(B*) − S_min·a − E_min·β/p)·B + E_min·a.
     *
     * @param factor at least 1
     */
    public Interval within(double factor) {
        double square = goal.minimumSteps() * update.secondsPerExample() / workers;
        double constant = goal.minimumExamples() * update.fixedSeconds();
        double linear = factor * fewestSeconds()
                - goal.minimumSteps() * update.fixedSeconds()
                - goal.minimumExamples() * update.secondsPerExample() / workers;
        double root = Math.sqrt(Math.max(0, linear * linear - 4 * square * constant));
        return new Interval(2 * constant / (linear + root), (linear + root) / (2 * square));
    }

    /**
     * Examples a second that count towards the goal: the throughput times the statistical efficiency (goodput of Qiao et al.
     * 2021, equation 1, with E_min as the examples of perfect efficiency).
     */
    public double goodput(double batchSize) {
        return batchSize / update.seconds(batchSize / workers) * goal.statisticalEfficiency(batchSize);
    }
}
