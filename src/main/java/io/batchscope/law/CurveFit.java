package io.batchscope.law;

import java.util.Arrays;

/**
 * Fits log S = log(S_min + E_min/B) by maximum likelihood to logarithms of steps with noise that has heavy tails
 * ({@link HeavyTail}): an outlying run counts little, and a run that never arrived counts by the probability of taking
 * longer. Expectation-maximisation (the weights are those of Lange, Little and Taylor 1989): every round weighs each run by
 * (ν + 1)/(ν + z²), puts what is expected of them in place of runs that never arrived, and takes a Gauss-Newton step of the
 * weighted least squares. Used once.
 */
final class CurveFit {
    /** log B_crit is sought up to this far beyond the batch sizes: there the curve is a straight line or flat. */
    static final double REACH = Math.log(1000);

    private static final int MAX_ROUNDS = 1000;
    private static final double SMALLEST_SCALE = 1e-10;
    private static final double PRECISION = 1e-11;
    private static final double NEAR_PRECISION = 1e-6;
    private static final int STARTS = 25;

    private final Sample sample;
    private final double[] relative;
    private final double lowest;
    private final double highest;
    private final double[] expected;
    private final double[] squares;

    /** Of each run in the last round, without the relative ones; about 1 for one close to the curve. */
    final double[] weights;

    /** log S_min. */
    double logMinimumSteps;

    /** log E_min. */
    double logMinimumExamples;

    /** Of the noise of a run whose relative weight is 1. */
    double scale;

    /** @param relative weight of each run, above 0, 1 on average */
    CurveFit(Sample sample, double[] relative) {
        this.sample = sample;
        this.relative = relative;
        this.lowest = sample.lowestLogBatch() - REACH;
        this.highest = sample.highestLogBatch() + REACH;
        this.weights = new double[sample.size()];
        this.expected = new double[sample.size()];
        this.squares = new double[sample.size()];
    }

    /** From the best of some critical batch sizes in and around the data. */
    CurveFit fit() {
        double best = Double.POSITIVE_INFINITY;
        double from = sample.lowestLogBatch() - REACH / 2;
        double to = sample.highestLogBatch() + REACH / 2;
        for (int i = 0; i < STARTS; i++) {
            double logCritical = from + (to - from) * i / (STARTS - 1);
            double level = level(logCritical);
            double distance = 0;
            for (int k = 0; k < sample.size(); k++) {
                distance += relative[k] * Math.abs(sample.logSteps[k] - value(level, level + logCritical, k));
            }
            if (distance < best) {
                best = distance;
                logMinimumSteps = level;
                logMinimumExamples = level + logCritical;
            }
        }
        return climb(PRECISION);
    }

    /** From a curve that is near; to a millionth of the numbers, for one of many drawings. */
    CurveFit fitFrom(double nearLogMinimumSteps, double nearLogMinimumExamples) {
        logMinimumSteps = nearLogMinimumSteps;
        logMinimumExamples = nearLogMinimumExamples;
        return climb(NEAR_PRECISION);
    }

    /** The median log S_min given log B_crit. */
    private double level(double logCritical) {
        double[] levels = new double[sample.size()];
        for (int k = 0; k < levels.length; k++) {
            levels[k] = sample.logSteps[k] - value(0, logCritical, k);
        }
        return median(levels);
    }

    private CurveFit climb(double precision) {
        double[] distances = new double[sample.size()];
        for (int k = 0; k < distances.length; k++) {
            distances[k] = Math.abs(residual(k));
        }
        double mean = Arrays.stream(distances).average().orElseThrow();
        scale = Math.max(Math.max(median(distances), mean / 10), SMALLEST_SCALE);
        for (int round = 0; round < MAX_ROUNDS; round++) {
            double stepsBefore = logMinimumSteps;
            double examplesBefore = logMinimumExamples;
            double scaleBefore = scale;
            expect();
            step();
            scale = Math.max(scale * Math.sqrt(Arrays.stream(squares).average().orElseThrow()), SMALLEST_SCALE);
            if (Math.abs(logMinimumSteps - stepsBefore) + Math.abs(logMinimumExamples - examplesBefore) < precision
                    && Math.abs(scale / scaleBefore - 1) < Math.sqrt(precision)) {
                break;
            }
        }
        return this;
    }

    /** Weights, expected logarithms of steps and expected weighted squares, all given the curve. */
    private void expect() {
        for (int k = 0; k < weights.length; k++) {
            double own = scale / Math.sqrt(relative[k]);
            double z = residual(k) / own;
            if (sample.reached[k]) {
                weights[k] = (HeavyTail.DEGREES + 1) / (HeavyTail.DEGREES + z * z);
                expected[k] = sample.logSteps[k];
                squares[k] = weights[k] * z * z;
            } else {
                // Means over all that the run may yet have taken: ∫ t·w(t)·f(t) from z on is the density at z.
                double beyond = HeavyTail.survival(z);
                weights[k] = HeavyTail.weightBeyond(z) / beyond;
                expected[k] = value(k) + own * HeavyTail.density(z) / beyond / weights[k];
                squares[k] = HeavyTail.DEGREES + 1 - HeavyTail.DEGREES * weights[k];
            }
        }
    }

    /** A Gauss-Newton step, halved until it does not take the curve away from what is expected. */
    private void step() {
        double ss = 0;
        double se = 0;
        double ee = 0;
        double slopeSteps = 0;
        double slopeExamples = 0;
        for (int k = 0; k < weights.length; k++) {
            double value = value(k);
            double ofSteps = Math.exp(logMinimumSteps - value);
            double ofExamples = Math.exp(logMinimumExamples - sample.logBatch[k] - value);
            double weight = weights[k] * relative[k];
            ss += weight * ofSteps * ofSteps;
            se += weight * ofSteps * ofExamples;
            ee += weight * ofExamples * ofExamples;
            slopeSteps += weight * ofSteps * (expected[k] - value);
            slopeExamples += weight * ofExamples * (expected[k] - value);
        }
        double ridge = 1e-9 * (ss + ee);
        double determinant = (ss + ridge) * (ee + ridge) - se * se;
        double towardsSteps = ((ee + ridge) * slopeSteps - se * slopeExamples) / determinant;
        double towardsExamples = ((ss + ridge) * slopeExamples - se * slopeSteps) / determinant;
        double longest = Math.max(Math.abs(towardsSteps), Math.abs(towardsExamples));
        double share = longest > 2 ? 2 / longest : 1;
        double steps = logMinimumSteps;
        double examples = logMinimumExamples;
        double before = distance();
        for (int halving = 0; halving < 30; halving++, share /= 2) {
            logMinimumSteps = steps + share * towardsSteps;
            logMinimumExamples = examples + share * towardsExamples;
            keepWithinReach();
            if (distance() <= before * (1 + 1e-12)) {
                return;
            }
        }
        logMinimumSteps = steps;
        logMinimumExamples = examples;
    }

    private void keepWithinReach() {
        double logCritical = logMinimumExamples - logMinimumSteps;
        if (logCritical > highest) {
            logMinimumSteps = logMinimumExamples - highest;
        } else if (logCritical < lowest) {
            logMinimumExamples = logMinimumSteps + lowest;
        }
    }

    private double distance() {
        double sum = 0;
        for (int k = 0; k < weights.length; k++) {
            double residual = expected[k] - value(k);
            sum += weights[k] * relative[k] * residual * residual;
        }
        return sum;
    }

    double residual(int run) {
        return sample.logSteps[run] - value(run);
    }

    /** log S at a run's batch size. */
    double value(int run) {
        return value(logMinimumSteps, logMinimumExamples, run);
    }

    private double value(double logSteps, double logExamples, int run) {
        double other = logExamples - sample.logBatch[run];
        double larger = Math.max(logSteps, other);
        return larger + Math.log1p(Math.exp(Math.min(logSteps, other) - larger));
    }

    /** Whether the data show no bend from which S_min could be told: the curve falls as 1/B to the last batch size. */
    boolean isStraight() {
        return logMinimumExamples - logMinimumSteps >= highest - 1e-6;
    }

    /** Whether the data show no fall from which E_min could be told. */
    boolean isFlat() {
        return logMinimumExamples - logMinimumSteps <= lowest + 1e-6;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
