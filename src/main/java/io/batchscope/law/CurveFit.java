package io.batchscope.law;

import java.util.Arrays;

/**
 * Fits a {@link Shape}, log y = log(level + slope/x) or a straight line, by maximum likelihood to logarithms of y with noise that has heavy tails
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

    /** Noise is not told below this share of the typical interval: where curves pass through all intervals, the likeliest has none. */
    private static final double FINEST = 0.2;

    private static final double PRECISION = 1e-11;
    private static final double NEAR_PRECISION = 1e-6;
    private static final int STARTS = 25;

    private final Shape shape;
    private final Sample sample;
    private final double[] relative;
    private final double lowest;
    private final double highest;
    private final double[] squares;
    private final double smallestScale;

    /** Weighted squared distances from the curve, in the last round; for one in an interval what is expected of it. */
    final double[] ownSquares;

    /** Where each observation counts as lying: log y where that is known. */
    private final double[] expected;

    /** In the last round, without the relative ones; about 1 for one close to the curve. */
    private final double[] weights;

    /** The shape's first parameter: of a hyperbola the logarithm of y for very large x. */
    double first;

    /** The shape's second parameter: of a hyperbola the logarithm of what y falls by. */
    double second;

    /** Of the noise of an observation whose relative weight is 1. */
    double scale;

    /** @param relative weight of each observation, above 0, 1 on average */
    CurveFit(Shape shape, Sample sample, double[] relative) {
        this.shape = shape;
        this.sample = sample;
        this.relative = relative;
        this.lowest = sample.lowest() - REACH;
        this.highest = sample.highest() + REACH;
        this.smallestScale = Math.max(SMALLEST_SCALE, FINEST * sample.typicalWidth());
        this.weights = new double[sample.size()];
        this.expected = new double[sample.size()];
        this.squares = new double[sample.size()];
        this.ownSquares = new double[sample.size()];
    }

    /** From the best of some in and around the data. */
    CurveFit fit() {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < STARTS; i++) {
            double start = shape.start((double) i / (STARTS - 1), sample);
            double height = height(start);
            double distance = 0;
            for (int k = 0; k < sample.size(); k++) {
                distance += relative[k] * Math.abs(sample.place(k) - value(height, shape.second(height, start), k));
            }
            if (distance < best) {
                best = distance;
                first = height;
                second = shape.second(height, start);
            }
        }
        return climb(PRECISION);
    }

    /** From a curve that is near; to a millionth of the numbers, for one of many drawings. */
    CurveFit fitFrom(CurveFit near) {
        first = near.first;
        second = near.second;
        return climb(NEAR_PRECISION);
    }

    /** The median of the first parameters, given the start. */
    private double height(double start) {
        double[] heights = new double[sample.size()];
        for (int k = 0; k < heights.length; k++) {
            heights[k] = sample.place(k) - value(0, shape.second(0, start), k);
        }
        return median(heights);
    }

    private CurveFit climb(double precision) {
        double[] distances = new double[sample.size()];
        for (int k = 0; k < distances.length; k++) {
            distances[k] = Math.abs(sample.place(k) - value(k));
        }
        double mean = Arrays.stream(distances).average().orElseThrow();
        scale = Math.max(Math.max(median(distances), mean / 10), smallestScale);
        for (int round = 0; round < MAX_ROUNDS; round++) {
            double firstBefore = first;
            double secondBefore = second;
            double scaleBefore = scale;
            expect();
            step();
            scale = Math.max(scale * Math.sqrt(Arrays.stream(squares).average().orElseThrow()), smallestScale);
            if (Math.abs(first - firstBefore) + Math.abs(second - secondBefore) < precision
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
        double ff = 0;
        double fs = 0;
        double ss = 0;
        double gradientOfFirst = 0;
        double gradientOfSecond = 0;
        for (int k = 0; k < weights.length; k++) {
            double byFirst = shape.byFirst(first, second, sample.logX[k]);
            double bySecond = shape.bySecond(first, second, sample.logX[k]);
            double weight = weights[k] * relative[k];
            double residual = residual(k);
            ff += weight * byFirst * byFirst;
            fs += weight * byFirst * bySecond;
            ss += weight * bySecond * bySecond;
            gradientOfFirst += weight * byFirst * residual;
            gradientOfSecond += weight * bySecond * residual;
        }
        double ridge = 1e-9 * (ff + ss);
        double determinant = (ff + ridge) * (ss + ridge) - fs * fs;
        double ofFirst = ((ss + ridge) * gradientOfFirst - fs * gradientOfSecond) / determinant;
        double ofSecond = ((ff + ridge) * gradientOfSecond - fs * gradientOfFirst) / determinant;
        walk(ofFirst, ofSecond);
    }

    private void walk(double ofFirst, double ofSecond) {
        double longest = Math.max(Math.abs(ofFirst), Math.abs(ofSecond));
        double share = longest > 2 ? 2 / longest : 1;
        double firstBefore = first;
        double secondBefore = second;
        double before = distance();
        for (int halving = 0; halving < 30; halving++, share /= 2) {
            first = firstBefore + share * ofFirst;
            second = secondBefore + share * ofSecond;
            keepWithinReach();
            if (distance() <= before * (1 + 1e-12)) {
                return;
            }
        }
        first = firstBefore;
        second = secondBefore;
    }

    private void keepWithinReach() {
        if (shape != Shape.HYPERBOLA) {
            return;
        }
        double logTurn = second - first;
        if (logTurn > highest) {
            first = second - highest;
        } else if (logTurn < lowest) {
            second = first + lowest;
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
        return value(first, second, observation);
    }

    private double value(double first, double second, int observation) {
        return shape.value(first, second, sample.logX[observation]);
    }

    /** Of a hyperbola: whether the data show no bend from which the level could be told: the curve falls as 1/x to the last x. */
    boolean isStraight() {
        return second - first >= highest - 1e-6;
    }

    /** Of a hyperbola: whether the data show no fall from which the slope could be told. */
    boolean isFlat() {
        return second - first <= lowest + 1e-6;
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
