package io.batchscope.law;

/**
 * A 95 % interval of something above 0.
 *
 * @param low 0 where the data set no lower end
 * @param high infinite where they set no upper end
 */
public record Interval(double low, double high) {
    /** Whether a value lies in it, its ends included. */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }
}
