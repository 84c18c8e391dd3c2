package io.batchscope.law;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * How sure a fitted law is: laws fitted to runs drawn anew from it. Batch sizes get deviations drawn from theirs, runs get
 * deviations drawn from the runs' (a bootstrap of residuals in two levels, after Davison and Hinkley 1997, section 3.8),
 * widened for the degrees of freedom that the fit took and by Student's t over the normal quantile for the few that are left
 * (after Hesterberg 2015, "expanded percentile"). A run that never arrived is censored again where it takes longer again.
 *
 * @param laws one for each drawing
 */
public record TradeOffBootstrap(List<TradeOff> laws) {
    private static final double UPPER_QUANTILE = 0.975;
    private static final double NORMAL =
            new NormalDistribution(null, 0, 1).inverseCumulativeProbability(UPPER_QUANTILE);

    public TradeOffBootstrap {
        laws = List.copyOf(laws);
    }

    /**
     * Draws.
     *
     * @param drawings how many, at least 40 for an interval with two different ends
     * @param seed of the drawings
     */
    public static TradeOffBootstrap of(TradeOffFit fit, int drawings, long seed) {
        Pools pools = Pools.of(fit);
        SplittableRandom random = new SplittableRandom(seed);
        List<TradeOff> laws = new ArrayList<>();
        for (int i = 0; i < drawings; i++) {
            CurveFit curve = new CurveFit(pools.draw(fit, random), fit.relative)
                    .fitFrom(fit.curve.logMinimumSteps, fit.curve.logMinimumExamples);
            laws.add(TradeOffFit.law(curve));
        }
        return new TradeOffBootstrap(laws);
    }

    /** The 95 % percentile interval of anything that a law says. */
    public Interval interval(ToDoubleFunction<TradeOff> of) {
        double[] sorted = laws.stream().mapToDouble(of).sorted().toArray();
        int beyond = (int) Math.floor((1 - UPPER_QUANTILE) * sorted.length);
        return new Interval(sorted[beyond], sorted[sorted.length - 1 - beyond]);
    }

    /**
     * Deviations to draw from.
     *
     * @param ofBatches standard deviation of the batch sizes' own, which are too few to draw from
     */
    private record Pools(List<Double> ofRuns, double ofBatches) {
        static Pools of(TradeOffFit fit) {
            Sample sample = fit.sample;
            Deviations deviations = fit.deviations;
            int runs = deviations.runs;
            int batches = deviations.batches;
            boolean levels = deviations.between > 0;
            double widening = new TDistribution(null, Math.max(1, levels ? batches - 2 : runs - 2))
                            .inverseCumulativeProbability(UPPER_QUANTILE)
                    / NORMAL;
            double repeated =
                    Arrays.stream(deviations.counts).filter(count -> count > 1).sum();
            double lost = levels ? repeated / (runs - batches) : (double) runs / Math.max(1, runs - 2);
            List<Double> ofRuns = new ArrayList<>();
            for (int k = 0; k < sample.size(); k++) {
                int group = sample.group[k];
                // A batch size with one run shows nothing of how runs differ.
                if (sample.reached[k] && (!levels || deviations.counts[group] > 1)) {
                    double deviation = fit.curve.residual(k) - (levels ? deviations.centres[group] : 0);
                    ofRuns.add(widening * Math.sqrt(lost) * deviation);
                }
            }
            return new Pools(ofRuns, widening * Math.sqrt(fit.deviations.between));
        }

        Sample draw(TradeOffFit fit, SplittableRandom random) {
            Sample sample = fit.sample;
            double[] ofGroup = new double[sample.groups];
            if (ofBatches > 0) {
                Arrays.setAll(ofGroup, group -> ofBatches * normal(random));
            }
            double[] steps = new double[sample.size()];
            boolean[] reached = new boolean[sample.size()];
            for (int k = 0; k < steps.length; k++) {
                double drawn =
                        fit.curve.value(k) + ofGroup[sample.group[k]] + ofRuns.get(random.nextInt(ofRuns.size()));
                reached[k] = sample.reached[k] || drawn <= sample.logSteps[k];
                steps[k] = reached[k] ? drawn : sample.logSteps[k];
            }
            return sample.with(steps, reached);
        }

        private static double normal(SplittableRandom random) {
            return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
        }
    }
}
