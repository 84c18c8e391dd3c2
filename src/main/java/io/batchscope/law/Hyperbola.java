package io.batchscope.law;

/**
 * y = level + slope/x for x above 0, the shape of all laws here: updates to a goal by batch size, the reciprocal of the best
 * rate by batch size, the time of an update by the reciprocal of the batch.
 *
 * @param level y for very large x, in the unit of y; 0 where none is known
 * @param slope what y falls by, in units of x·y; 0 where none is known
 */
public record Hyperbola(double level, double slope) {
    /** y at x. */
    public double at(double x) {
        return level + slope / x;
    }

    /** The x at which both parts are equal: y is near slope/x well below it, and near level well above; infinite, 0 or NaN where one is or both are 0. */
    public double turn() {
        return slope / level;
    }
}
