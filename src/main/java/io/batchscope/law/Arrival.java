package io.batchscope.law;

/**
 * How far one run had to go to its goal.
 *
 * @param batchSize at least 1
 * @param after updates after which it was last seen not passed, at least 0 and at most {@code steps}; equal to {@code steps}
 *     where it is known when it was passed
 * @param steps updates, above 0: those after which the goal was first seen passed, or all that were done without passing it
 * @param reached whether the goal was passed; if not, it would have taken more than {@code steps} (censored)
 */
public record Arrival(long batchSize, double after, double steps, boolean reached) {
    public Arrival {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be at least 1, but is " + batchSize);
        }
        if (!(steps > 0) || Double.isInfinite(steps)) {
            throw new IllegalArgumentException("steps must be above 0 and finite, but are " + steps);
        }
        if (!(after >= 0 && after <= steps)) {
            throw new IllegalArgumentException("must be passed after 0 to " + steps + " steps, but after " + after);
        }
    }

    /** One of which it is known when the goal was passed, if it was. */
    public Arrival(long batchSize, double steps, boolean reached) {
        this(batchSize, steps, steps, reached);
    }

    /** One that took so many examples. */
    public static Arrival ofExamples(long batchSize, double examples, boolean reached) {
        return new Arrival(batchSize, examples / batchSize, reached);
    }

    Observation observation() {
        return reached ? new Observation(batchSize, after, steps) : Observation.moreThan(batchSize, steps);
    }
}
