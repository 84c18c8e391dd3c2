package io.batchscope.law;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A {@link Shape} fitted to observations, in logarithms. Where the different x deviate from it by more than their repeats'
 * spread, each x counts alike, however many repeats it has; otherwise every observation does.
 */
final class TwoLevelFit {
    /** Different x with an observation that has two ends: two make the curve, the third tests it. */
    static final int FEWEST_PLACES = 3;

    private static final int WEIGHINGS = 3;

    final Shape shape;
    final Sample sample;
    final double[] relative;
    final CurveFit curve;
    final Deviations deviations;

    private TwoLevelFit(Shape shape, Sample sample, double[] relative, CurveFit curve, Deviations deviations) {
        this.shape = shape;
        this.sample = sample;
        this.relative = relative;
        this.curve = curve;
        this.deviations = deviations;
    }

    /** Different x with an observation that has two ends. */
    static long places(List<Observation> observations) {
        return observations.stream()
                .filter(Observation::isBounded)
                .mapToDouble(Observation::x)
                .distinct()
                .count();
    }

    /**
     * Fits.
     *
     * @throws IllegalArgumentException if fewer than {@value #FEWEST_PLACES} different x have an observation with two ends
     */
    static TwoLevelFit of(Shape shape, List<Observation> observations) {
        if (places(observations) < FEWEST_PLACES) {
            throw new IllegalArgumentException("a curve needs observations with two ends at " + FEWEST_PLACES
                    + " places at least, but has them at " + places(observations));
        }
        Sample sample = Sample.of(observations);
        double[] relative = new double[sample.size()];
        Arrays.fill(relative, 1);
        CurveFit curve = new CurveFit(shape, sample, relative).fit();
        Deviations deviations = Deviations.of(sample, curve);
        for (int weighing = 0; weighing < WEIGHINGS && deviations.between > 0; weighing++) {
            relative = deviations.relativeWeights();
            curve = new CurveFit(shape, sample, relative).fit();
            Deviations again = Deviations.of(sample, curve);
            // Weighed so, places may lie closer to the curve than their repeats explain; the weights stay what they
            // are.
            if (again.between == 0) {
                break;
            }
            deviations = again;
        }
        return new TwoLevelFit(shape, sample, relative, curve, deviations);
    }

    /** What follows from curves fitted to observations drawn anew from this one. */
    <T> Drawings<T> draw(int drawings, long seed, Function<CurveFit, T> law) {
        return ResidualDrawing.of(this, drawings, seed, law);
    }
}
