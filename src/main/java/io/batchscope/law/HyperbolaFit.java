package io.batchscope.law;

import java.util.List;

/** A {@link Hyperbola} fitted to observations, in logarithms, as McCandlish et al. 2018, appendix A.3, do too ({@link TwoLevelFit}). */
public final class HyperbolaFit {
    /** Different x with an observation that has two ends. */
    public static final int FEWEST_PLACES = TwoLevelFit.FEWEST_PLACES;

    private final TwoLevelFit fit;

    private HyperbolaFit(TwoLevelFit fit) {
        this.fit = fit;
    }

    /** Different x with an observation that has two ends. */
    static long places(List<Observation> observations) {
        return TwoLevelFit.places(observations);
    }

    /**
     * Fits.
     *
     * @throws IllegalArgumentException if fewer than {@value #FEWEST_PLACES} different x have an observation with two ends
     */
    public static HyperbolaFit of(List<Observation> observations) {
        return new HyperbolaFit(TwoLevelFit.of(Shape.HYPERBOLA, observations));
    }

    /** The curve; with level 0 where the data show no bend, and with slope 0 where they show no fall. */
    public Hyperbola hyperbola() {
        return hyperbola(fit.curve);
    }

    private static Hyperbola hyperbola(CurveFit curve) {
        return new Hyperbola(
                curve.isStraight() ? 0 : Math.exp(curve.first), curve.isFlat() ? 0 : Math.exp(curve.second));
    }

    /**
     * How sure it is: curves fitted to observations drawn anew from it.
     *
     * @param drawings how many, at least 40
     * @param seed of the drawings
     */
    public Drawings<Hyperbola> draw(int drawings, long seed) {
        return fit.draw(drawings, seed, HyperbolaFit::hyperbola);
    }

    /** Observations, those with one end included. */
    public int observations() {
        return fit.sample.size();
    }

    /** Different x, those without an observation with two ends included. */
    public int places() {
        return fit.sample.groups;
    }

    /**
     * Scale of log y (of a t distribution with four degrees of freedom; of normal noise nine tenths of the standard deviation)
     * between observations at the same x; about their relative deviation. Without repeats that of all from the curve.
     */
    public double repeatDeviation() {
        return Math.sqrt(fit.deviations.within);
    }

    /** Whether some x has several observations with two ends. */
    public boolean hasRepeats() {
        return fit.deviations.bounded > fit.deviations.places;
    }

    /** Standard deviation of log y from the curve by x, beyond what repeats explain; 0 where nothing is beyond. */
    public double curveDeviation() {
        return Math.sqrt(fit.deviations.between);
    }

    /** Whether an F-test at 1 % shows that the different x deviate from the curve by more than their repeats explain. */
    public boolean deviatesFromCurve() {
        return fit.deviations.apart;
    }
}
