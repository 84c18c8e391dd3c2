package io.batchscope.law;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the best rate follows the batch size: as {@link RateLaw} and as a plain power of it, both fitted to the same best rates. */
public final class RateLawFit {
    private static final double MOST_OPEN = 1 / 3.;

    private final HyperbolaFit reciprocal;
    private final PowerLawFit power;

    private RateLawFit(HyperbolaFit reciprocal, PowerLawFit power) {
        this.reciprocal = reciprocal;
        this.power = power;
    }

    /**
     * Why laws cannot be fitted to these best rates; null if they can. Where many lie at an end of the rates tried, the few
     * others are those that chance put between, and intervals would hold the truth less often than they say.
     */
    public static @Nullable String problem(List<BestRate> rates) {
        long sizes = rates.stream()
                .filter(BestRate::isBounded)
                .mapToLong(BestRate::batchSize)
                .distinct()
                .count();
        if (sizes < HyperbolaFit.FEWEST_PLACES) {
            return "it takes " + HyperbolaFit.FEWEST_PLACES
                    + " batch sizes at least where the best rate lies between others that were tried, but there "
                    + (sizes == 1 ? "is " : "are ") + sizes;
        }
        long open = rates.stream().filter(rate -> !rate.isBounded()).count();
        return open <= MOST_OPEN * rates.size()
                ? null
                : open + " of " + rates.size() + " best rates lie at an end of the rates tried, more than a third";
    }

    /**
     * Fits both.
     *
     * @throws IllegalArgumentException if there is a {@link #problem}
     */
    public static RateLawFit of(List<BestRate> rates) {
        String problem = problem(rates);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        return new RateLawFit(
                HyperbolaFit.of(rates.stream().map(BestRate::reciprocal).toList()),
                PowerLawFit.of(rates.stream().map(BestRate::rate).toList()));
    }

    /** The law; without a maximum where the rates show no bend, without a rise where they do not grow with the batch. */
    public RateLaw law() {
        return RateLaw.of(reciprocal.hyperbola());
    }

    /** The best rate as a power of the batch size, over all batch sizes. */
    public PowerLaw power() {
        return power.law();
    }

    /**
     * How sure the law is.
     *
     * @param drawings how many, at least 40
     * @param seed of the drawings
     */
    public Drawings<RateLaw> draw(int drawings, long seed) {
        return reciprocal.draw(drawings, seed).map(RateLaw::of);
    }

    /** How sure the power is, likewise. */
    public Drawings<PowerLaw> drawPower(int drawings, long seed) {
        return power.draw(drawings, seed);
    }

    /** Whether an F-test at 1 % shows that batch sizes deviate from the power by more than their repeats explain. */
    public boolean deviatesFromPower() {
        return power.deviates();
    }

    /** How far best rates lie from the law. */
    public HyperbolaFit curve() {
        return reciprocal;
    }
}
