package io.batchscope.plan;

import java.io.Serializable;

/**
 * How often a run writes down where it is. Whichever comes first counts.
 *
 * @param everySteps updates between checkpoints, at least 1; {@code Long.MAX_VALUE}: not by updates
 * @param everySeconds training seconds between checkpoints, above 0; infinite: not by time
 * @param kept checkpoints of a run that are kept, the latest ones, at least 1
 */
public record CheckpointPolicy(long everySteps, double everySeconds, int kept) implements Serializable {
    /** None. */
    public static final CheckpointPolicy NONE = new CheckpointPolicy(Long.MAX_VALUE, Double.POSITIVE_INFINITY, 1);
}
