package io.batchscope.law;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Draws observations anew from a fitted curve: each x gets a deviation drawn from theirs, each observation one drawn from the
 * observations' (a bootstrap of residuals in two levels, after Davison and Hinkley 1997, section 3.8), widened for the degrees
 * of freedom that the fit took and by Student's t over the normal quantile for the few that are left (after Hesterberg 2015,
 * "expanded percentile"). Of an observation in an interval several deviations are in the pool, spread over what is
 * expected of it there; drawn anew, it lies in an interval as wide, anywhere in it, and so do others drawn near it at the
 * same x, as in one grid. One that was censored is censored again where it lies as far out, else its interval is a typical one.
 *
 * @param ofRepeats deviations of observations from their x's
 * @param ofPlaces standard deviation of the x's own, which are too few to draw from
 */
record ResidualDrawing(List<Double> ofRepeats, double ofPlaces) {
    private static final double NORMAL =
            new NormalDistribution(null, 0, 1).inverseCumulativeProbability(Drawings.UPPER_QUANTILE);

    /** Deviations in the pool for each observation. */
    private static final int PER_OBSERVATION = 8;

    static <T> Drawings<T> of(TwoLevelFit fit, int drawings, long seed, Function<CurveFit, T> law) {
        ResidualDrawing pools = of(fit);
        SplittableRandom random = new SplittableRandom(seed);
        List<T> drawn = new ArrayList<>();
        for (int i = 0; i < drawings; i++) {
            drawn.add(law.apply(new CurveFit(fit.shape, pools.draw(fit, random), fit.relative).fitFrom(fit.curve)));
        }
        return new Drawings<>(drawn);
    }

    private static ResidualDrawing of(TwoLevelFit fit) {
        Deviations deviations = fit.deviations;
        int bounded = deviations.bounded;
        int places = deviations.places;
        boolean levels = deviations.between > 0;
        double widening = new TDistribution(null, Math.max(1, levels ? places - 2 : bounded - 2))
                        .inverseCumulativeProbability(Drawings.UPPER_QUANTILE)
                / NORMAL;
        double repeated =
                Arrays.stream(deviations.counts).filter(count -> count > 1).sum();
        double lost = levels ? repeated / (bounded - places) : (double) bounded / Math.max(1, bounded - 2);
        List<Double> ofRepeats = new ArrayList<>();
        for (int k = 0; k < fit.sample.size(); k++) {
            // A place with one observation shows nothing of how repeats differ.
            if (!levels || deviations.counts[fit.sample.group[k]] > 1) {
                for (double deviation : deviations(fit, k, levels)) {
                    ofRepeats.add(widening * Math.sqrt(lost) * deviation);
                }
            }
        }
        return new ResidualDrawing(ofRepeats, widening * Math.sqrt(deviations.between));
    }

    /** Of one observation, alike where it is known and spread where it lies in an interval. */
    private static double[] deviations(TwoLevelFit fit, int k, boolean levels) {
        Sample sample = fit.sample;
        double centre = fit.curve.value(k) + (levels ? fit.deviations.centres[sample.group[k]] : 0);
        double scale = Math.sqrt(fit.deviations.within);
        double[] deviations = new double[PER_OBSERVATION];
        if (sample.low[k] == sample.high[k]) {
            Arrays.fill(deviations, sample.low[k] - centre);
        } else {
            Arrays.setAll(
                    deviations,
                    i -> scale
                            * HeavyTail.quantileBetween(
                                    (sample.low[k] - centre) / scale,
                                    (sample.high[k] - centre) / scale,
                                    (i + 0.5) / PER_OBSERVATION));
        }
        return deviations;
    }

    private Sample draw(TwoLevelFit fit, SplittableRandom random) {
        Sample sample = fit.sample;
        double[] own = new double[sample.groups];
        if (ofPlaces > 0) {
            Arrays.setAll(own, group -> ofPlaces * normal(random));
        }
        // Where intervals begin is chance, but the same for all at an x.
        double[] phases = random.doubles(sample.groups).toArray();
        double typical = sample.typicalWidth();
        double[] low = new double[sample.size()];
        double[] high = new double[sample.size()];
        for (int k = 0; k < low.length; k++) {
            double curve = fit.curve.value(k);
            double drawn = curve + own[sample.group[k]] + ofRepeats.get(random.nextInt(ofRepeats.size()));
            if (!sample.isBounded(k) && drawn > sample.low[k] && drawn < sample.high[k]) {
                low[k] = sample.low[k];
                high[k] = sample.high[k];
            } else {
                double width = sample.isBounded(k) ? sample.high[k] - sample.low[k] : typical;
                double begin = width > 0 ? (drawn - curve) / width + phases[sample.group[k]] : 0;
                low[k] = drawn - (begin - Math.floor(begin)) * width;
                high[k] = low[k] + width;
            }
        }
        return sample.with(low, high);
    }

    private static double normal(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
