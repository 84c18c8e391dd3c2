package io.batchscope.law;

import java.util.Arrays;

/**
 * Fits log y = log(level + slope/x) by maximum likelihood to logarithms of y with noise that has heavy tails
 * ({@link HeavyTail}): an outlying observation counts little, and one that is known to lie in an interval counts by the
 * probability of that. Expectation-maximisation (the weights are those of Lange, Little and Taylor 1989): every round weighs
 * each by (ν + 1)/(ν + z²), puts what is expected of them in place of those in intervals, and takes a Gauss-Newton step of
 * the weighted least squares. Used once.
 */
final class CurveFit {
    /** The turn of the hyperbola is sought up to this far beyond all x, in logarithms: there the curve is a straight line or flat. */
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
    private final double[] squares;

    /** Weighted squared distances from the curve, in the last round; for one in an interval what is expected of it. */
    final double[] ownSquares;

    /** Where each observation counts as lying: log y where that is known. */
    private final double[] expected;

    /** In the last round, without the relative ones; about 1 for one close to the curve. */
    private final double[] weights;

    /** Of y for very large x. */
    double logLevel;

    /** Of what y falls by. */
    double logSlope;

    /** Of the noise of an observation whose relative weight is 1. */
    double scale;

    /** @param relative weight of each observation, above 0, 1 on average */
    CurveFit(Sample sample, double[] relative) {
        this.sample = sample;
        this.relative = relative;
        this.lowest = sample.lowest() - REACH;
        this.highest = sample.highest() + REACH;
        this.weights = new double[sample.size()];
        this.expected = new double[sample.size()];
        this.squares = new double[sample.size()];
        this.ownSquares = new double[sample.size()];
    }

    /** From the best of some turns in and around the data. */
    CurveFit fit() {
        double best = Double.POSITIVE_INFINITY;
        double from = sample.lowest() - REACH / 2;
        double to = sample.highest() + REACH / 2;
        for (int i = 0; i < STARTS; i++) {
            double logTurn = from + (to - from) * i / (STARTS - 1);
            double level = level(logTurn);
            double distance = 0;
            for (int k = 0; k < sample.size(); k++) {
                distance += relative[k] * Math.abs(sample.place(k) - value(level, level + logTurn, k));
            }
            if (distance < best) {
                best = distance;
                logLevel = level;
                logSlope = level + logTurn;
            }
        }
        return climb(PRECISION);
    }

    /** From a curve that is near; to a millionth of the numbers, for one of many drawings. */
    CurveFit fitFrom(double nearLogLevel, double nearLogSlope) {
        logLevel = nearLogLevel;
        logSlope = nearLogSlope;
        return climb(NEAR_PRECISION);
    }

    /** The median of the logarithms of the level, given that of the turn. */
    private double level(double logTurn) {
        double[] levels = new double[sample.size()];
        for (int k = 0; k < levels.length; k++) {
            levels[k] = sample.place(k) - value(0, logTurn, k);
        }
        return median(levels);
    }

    private CurveFit climb(double precision) {
        double[] distances = new double[sample.size()];
        for (int k = 0; k < distances.length; k++) {
            distances[k] = Math.abs(sample.place(k) - value(k));
        }
        double mean = Arrays.stream(distances).average().orElseThrow();
        scale = Math.max(Math.max(median(distances), mean / 10), SMALLEST_SCALE);
        for (int round = 0; round < MAX_ROUNDS; round++) {
            double levelBefore = logLevel;
            double slopeBefore = logSlope;
            double scaleBefore = scale;
            expect();
            step();
            scale = Math.max(scale * Math.sqrt(Arrays.stream(squares).average().orElseThrow()), SMALLEST_SCALE);
            if (Math.abs(logLevel - levelBefore) + Math.abs(logSlope - slopeBefore) < precision
                    && Math.abs(scale / scaleBefore - 1) < Math.sqrt(precision)) {
                break;
            }
        }
        return this;
    }

    /** Weights, where observations count as lying, and weighted squares, all given the curve. */
    private void expect() {
        for (int k = 0; k < weights.length; k++) {
            double own = scale / Math.sqrt(relative[k]);
            double value = value(k);
            HeavyTail.Between between =
                    HeavyTail.between((sample.low[k] - value) / own, (sample.high[k] - value) / own);
            weights[k] = between.weight();
            expected[k] = value + own * between.weighted();
            squares[k] = between.square();
            ownSquares[k] = squares[k] * own * own;
        }
    }

    /** A Gauss-Newton step, halved until it does not take the curve away from what is expected. */
    private void step() {
        double ll = 0;
        double ls = 0;
        double ss = 0;
        double gradientOfLevel = 0;
        double gradientOfSlope = 0;
        for (int k = 0; k < weights.length; k++) {
            double value = value(k);
            double ofLevel = Math.exp(logLevel - value);
            double ofSlope = Math.exp(logSlope - sample.logX[k] - value);
            double weight = weights[k] * relative[k];
            ll += weight * ofLevel * ofLevel;
            ls += weight * ofLevel * ofSlope;
            ss += weight * ofSlope * ofSlope;
            gradientOfLevel += weight * ofLevel * (expected[k] - value);
            gradientOfSlope += weight * ofSlope * (expected[k] - value);
        }
        double ridge = 1e-9 * (ll + ss);
        double determinant = (ll + ridge) * (ss + ridge) - ls * ls;
        double towardsLevel = ((ss + ridge) * gradientOfLevel - ls * gradientOfSlope) / determinant;
        double towardsSlope = ((ll + ridge) * gradientOfSlope - ls * gradientOfLevel) / determinant;
        double longest = Math.max(Math.abs(towardsLevel), Math.abs(towardsSlope));
        double share = longest > 2 ? 2 / longest : 1;
        double level = logLevel;
        double slope = logSlope;
        double before = distance();
        for (int halving = 0; halving < 30; halving++, share /= 2) {
            logLevel = level + share * towardsLevel;
            logSlope = slope + share * towardsSlope;
            keepWithinReach();
            if (distance() <= before * (1 + 1e-12)) {
                return;
            }
        }
        logLevel = level;
        logSlope = slope;
    }

    private void keepWithinReach() {
        double logTurn = logSlope - logLevel;
        if (logTurn > highest) {
            logLevel = logSlope - highest;
        } else if (logTurn < lowest) {
            logSlope = logLevel + lowest;
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

    /** From the curve; of one in an interval that of where it counts as lying. */
    double residual(int observation) {
        return expected[observation] - value(observation);
    }

    /** log y on the curve at an observation's x. */
    double value(int observation) {
        return value(logLevel, logSlope, observation);
    }

    private double value(double level, double slope, int observation) {
        double other = slope - sample.logX[observation];
        double larger = Math.max(level, other);
        return larger + Math.log1p(Math.exp(Math.min(level, other) - larger));
    }

    /** Whether the data show no bend from which the level could be told: the curve falls as 1/x to the last x. */
    boolean isStraight() {
        return logSlope - logLevel >= highest - 1e-6;
    }

    /** Whether the data show no fall from which the slope could be told. */
    boolean isFlat() {
        return logSlope - logLevel <= lowest + 1e-6;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
