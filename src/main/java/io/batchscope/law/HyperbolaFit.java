package io.batchscope.law;

import java.util.Arrays;
import java.util.List;

/**
 * A {@link Hyperbola} fitted to observations, in logarithms ({@link CurveFit}; McCandlish et al. 2018, appendix A.3, fit in
 * logarithms too). Where the different x deviate from it by more than their repeats' spread, each x counts alike, however
 * many repeats it has; otherwise every observation does.
 */
public final class HyperbolaFit {
    /** Different x with an observation that has two ends: two make the curve, the third tests it. */
    public static final int FEWEST_PLACES = 3;

    private static final int WEIGHINGS = 3;

    final Sample sample;
    final double[] relative;
    final CurveFit curve;
    final Deviations deviations;

    private HyperbolaFit(Sample sample, double[] relative, CurveFit curve, Deviations deviations) {
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
    public static HyperbolaFit of(List<Observation> observations) {
        if (places(observations) < FEWEST_PLACES) {
            throw new IllegalArgumentException("a curve needs observations with two ends at " + FEWEST_PLACES
                    + " places at least, but has them at " + places(observations));
        }
        Sample sample = Sample.of(observations);
        double[] relative = new double[sample.size()];
        Arrays.fill(relative, 1);
        CurveFit curve = new CurveFit(sample, relative).fit();
        Deviations deviations = Deviations.of(sample, curve);
        for (int weighing = 0; weighing < WEIGHINGS && deviations.between > 0; weighing++) {
            relative = deviations.relativeWeights();
            curve = new CurveFit(sample, relative).fit();
            Deviations again = Deviations.of(sample, curve);
            // Weighed so, places may lie closer to the curve than their repeats explain; the weights stay what they
            // are.
            if (again.between == 0) {
                break;
            }
            deviations = again;
        }
        return new HyperbolaFit(sample, relative, curve, deviations);
    }

    /** The curve; with level 0 where the data show no bend, and with slope 0 where they show no fall. */
    public Hyperbola hyperbola() {
        return hyperbola(curve);
    }

    static Hyperbola hyperbola(CurveFit curve) {
        return new Hyperbola(
                curve.isStraight() ? 0 : Math.exp(curve.logLevel), curve.isFlat() ? 0 : Math.exp(curve.logSlope));
    }

    /**
     * How sure it is: curves fitted to observations drawn anew from it.
     *
     * @param drawings how many, at least 40
     * @param seed of the drawings
     */
    public Drawings<Hyperbola> draw(int drawings, long seed) {
        return ResidualDrawing.of(this, drawings, seed);
    }

    /** Observations, those with one end included. */
    public int observations() {
        return sample.size();
    }

    /** Different x, those without an observation with two ends included. */
    public int places() {
        return sample.groups;
    }

    /**
     * Scale of log y (of a t distribution with four degrees of freedom; of normal noise nine tenths of the standard deviation)
     * between observations at the same x; about their relative deviation. Without repeats that of all from the curve.
     */
    public double repeatDeviation() {
        return Math.sqrt(deviations.within);
    }

    /** Whether some x has several observations with two ends. */
    public boolean hasRepeats() {
        return deviations.bounded > deviations.places;
    }

    /** Standard deviation of log y from the curve by x, beyond what repeats explain; 0 where nothing is beyond. */
    public double curveDeviation() {
        return Math.sqrt(deviations.between);
    }

    /** Whether an F-test at 1 % shows that the different x deviate from the curve by more than their repeats explain. */
    public boolean deviatesFromCurve() {
        return deviations.apart;
    }
}
