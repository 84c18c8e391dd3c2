package io.batchscope.law;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The law of a goal's updates and examples ({@link TradeOff}) fitted to runs. */
public final class TradeOffFit {
    private final HyperbolaFit fit;

    private TradeOffFit(HyperbolaFit fit) {
        this.fit = fit;
    }

    /** Why a law cannot be fitted to these runs; null if it can. */
    public static @Nullable String problem(List<Arrival> arrivals) {
        long sizes = HyperbolaFit.places(observations(arrivals));
        return sizes >= HyperbolaFit.FEWEST_PLACES
                ? null
                : "the law needs at least " + HyperbolaFit.FEWEST_PLACES
                        + " batch sizes with a run that reached the goal, but has " + sizes;
    }

    /**
     * Fits the law.
     *
     * @throws IllegalArgumentException if there is a {@link #problem}
     */
    public static TradeOffFit of(List<Arrival> arrivals) {
        String problem = problem(arrivals);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        return new TradeOffFit(HyperbolaFit.of(observations(arrivals)));
    }

    private static List<Observation> observations(List<Arrival> arrivals) {
        return arrivals.stream().map(Arrival::observation).toList();
    }

    /** The law; without the fewest updates where the data show no bend, without the fewest examples where they show no fall. */
    public TradeOff law() {
        return TradeOff.of(fit.hyperbola());
    }

    /**
     * How sure it is.
     *
     * @param drawings how many, at least 40
     * @param seed of the drawings
     */
    public Drawings<TradeOff> draw(int drawings, long seed) {
        return fit.draw(drawings, seed).map(TradeOff::of);
    }

    /** How far runs and batch sizes lie from the law. */
    public HyperbolaFit curve() {
        return fit;
    }
}
