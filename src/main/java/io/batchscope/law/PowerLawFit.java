package io.batchscope.law;

import java.util.List;

/** A {@link PowerLaw} fitted to observations, in logarithms ({@link TwoLevelFit}). */
public final class PowerLawFit {
    private final TwoLevelFit fit;

    private PowerLawFit(TwoLevelFit fit) {
        this.fit = fit;
    }

    /**
     * Fits.
     *
     * @throws IllegalArgumentException if fewer than {@value TwoLevelFit#FEWEST_PLACES} different x have an observation with two
     *     ends
     */
    public static PowerLawFit of(List<Observation> observations) {
        return new PowerLawFit(TwoLevelFit.of(Shape.LINE, observations));
    }

    /** The law. */
    public PowerLaw law() {
        return law(fit.curve);
    }

    private static PowerLaw law(CurveFit curve) {
        return new PowerLaw(Math.exp(curve.first), curve.second);
    }

    /**
     * How sure it is.
     *
     * @param drawings how many, at least 40
     * @param seed of the drawings
     */
    public Drawings<PowerLaw> draw(int drawings, long seed) {
        return fit.draw(drawings, seed, PowerLawFit::law);
    }

    /** Whether an F-test at 1 % shows that the different x deviate from it by more than their repeats explain. */
    public boolean deviates() {
        return fit.deviations.apart;
    }
}
