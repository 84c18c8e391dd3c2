package io.batchscope.train;

import io.batchscope.result.StepRecord;
import java.util.List;
import java.util.Objects;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.jspecify.annotations.Nullable;

/**
 * How the parameters move away from where they began: the least-squares line a + b · ln t through the distance ‖w − w₀‖ after t
 * updates. A line that fits well is the ultra-slow diffusion of Hoffer et al. 2017, section 4.
 *
 * @param last the last distance measured; null without one
 * @param slope b; null unless distances at three different t were measured
 * @param rSquared share of the distance's variance that the line explains, at most 1; null likewise, or if all are equal
 */
public record DistanceFit(@Nullable Double last, @Nullable Double slope, @Nullable Double rSquared) {
    private static final int LEAST_POINTS = 3;

    /**
     * Fits the rows of one run.
     *
     * @param rows in order of their steps
     */
    public static DistanceFit of(List<StepRecord> rows) {
        SimpleRegression line = new SimpleRegression();
        Double last = null;
        for (StepRecord row : rows) {
            if (row.measures().weightDistance() != null) {
                last = Objects.requireNonNull(row.measures().weightDistance());
                line.addData(Math.log(row.step()), last);
            }
        }
        return line.getN() < LEAST_POINTS
                ? new DistanceFit(last, null, null)
                : new DistanceFit(last, finite(line.getSlope()), finite(line.getRSquare()));
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? (Double) value : null;
    }
}
