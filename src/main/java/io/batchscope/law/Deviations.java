package io.batchscope.law;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.FDistribution;

/**
 * How residuals r of a fit spread: from one to the next at the same x, and from x to x beyond that, which is what the
 * curve itself does not explain. Of observations with two ends alone. The centres of each x are found with noise that has
 * heavy tails, so that an outlying repeat counts little; the variances are those of an analysis of variance.
 */
final class Deviations {
    private static final double SMALLEST = 1e-20;
    private static final int ROUNDS = 30;

    private final Sample sample;
    private final CurveFit fit;

    /** Observations with two ends, by x. */
    final double[] counts;

    /** Of residuals, by x; 0 where there is none. */
    final double[] centres;

    /** Observations with two ends. */
    final int bounded;

    /** Different x of them. */
    final int places;

    /** Variance between observations at the same x; that of all where the x have no deviations of their own. */
    final double within;

    /** Variance of the x's own deviations; 0 where that of repeats explains them, or where there are none. */
    final double between;

    /** Whether an F-test at 1 % tells {@link #between} from 0. */
    final boolean apart;

    private Deviations(Sample sample, CurveFit fit) {
        this.sample = sample;
        this.fit = fit;
        this.counts = new double[sample.groups];
        for (int k = 0; k < sample.size(); k++) {
            counts[sample.group[k]] += sample.isBounded(k) ? 1 : 0;
        }
        this.bounded = (int) Arrays.stream(counts).sum();
        this.places = (int) Arrays.stream(counts).filter(count -> count > 0).count();
        this.centres = new double[sample.groups];
        double ofRepeats = centre();
        this.between = bounded == places || places < 3 ? 0 : ofPlaces(ofRepeats);
        this.within = between > 0 ? ofRepeats : ofAll();
        this.apart = between > 0 && isApart();
    }

    static Deviations of(Sample sample, CurveFit fit) {
        return new Deviations(sample, fit);
    }

    /** Sets the centres, and returns the squared scale of what observations deviate from them. */
    private double centre() {
        for (int g = 0; g < centres.length; g++) {
            int group = g;
            double[] own = IntStream.range(0, sample.size())
                    .filter(k -> sample.isBounded(k) && sample.group[k] == group)
                    .mapToDouble(fit::residual)
                    .toArray();
            centres[g] = own.length == 0 ? 0 : CurveFit.median(own);
        }
        double square = squares(Double.POSITIVE_INFINITY) / Math.max(1, bounded - places);
        for (int round = 0; round < ROUNDS && square > SMALLEST; round++) {
            double[] sumsOfWeights = new double[centres.length];
            double[] sums = new double[centres.length];
            for (int k = 0; k < sample.size(); k++) {
                if (sample.isBounded(k)) {
                    double weight = weight(k, square);
                    sumsOfWeights[sample.group[k]] += weight;
                    sums[sample.group[k]] += weight * fit.residual(k);
                }
            }
            for (int g = 0; g < centres.length; g++) {
                centres[g] = sumsOfWeights[g] > 0 ? sums[g] / sumsOfWeights[g] : 0;
            }
            square = squares(square) / Math.max(1, bounded - places);
        }
        return square;
    }

    /** Of an observation that deviates from the centre of its x. */
    private double weight(int observation, double square) {
        double deviation = fit.residual(observation) - centres[sample.group[observation]];
        return (HeavyTail.DEGREES + 1) / (HeavyTail.DEGREES + deviation * deviation / square);
    }

    /** Weighted squares of deviations from the centres. */
    private double squares(double square) {
        double sum = 0;
        for (int k = 0; k < sample.size(); k++) {
            if (sample.isBounded(k)) {
                double deviation = fit.residual(k) - centres[sample.group[k]];
                sum += Math.min(weight(k, square), 1) * deviation * deviation;
            }
        }
        return sum;
    }

    private double ofPlaces(double ofRepeats) {
        double squares = 0;
        double inverse = 0;
        for (int g = 0; g < centres.length; g++) {
            if (counts[g] > 0) {
                squares += centres[g] * centres[g];
                inverse += 1 / counts[g];
            }
        }
        return Math.max(0, (squares - ofRepeats * inverse) / (places - 2));
    }

    /**
     * Whether the centres vary more than those of observations that differ as much as those at the same x do: an
     * F-test of the plain analysis of variance, in which an outlying repeat makes both large.
     */
    private boolean isApart() {
        double[] means = new double[sample.groups];
        for (int k = 0; k < sample.size(); k++) {
            means[sample.group[k]] += sample.isBounded(k) ? fit.residual(k) / counts[sample.group[k]] : 0;
        }
        double ofRepeats = 0;
        double ofPlaces = 0;
        for (int k = 0; k < sample.size(); k++) {
            if (sample.isBounded(k)) {
                double mean = means[sample.group[k]];
                ofRepeats += (fit.residual(k) - mean) * (fit.residual(k) - mean);
                ofPlaces += mean * mean;
            }
        }
        double ratio = (ofPlaces / (places - 2)) / Math.max(SMALLEST, ofRepeats / (bounded - places));
        return ratio
                > new FDistribution(null, places - 2.0, bounded - (double) places).inverseCumulativeProbability(0.99);
    }

    private double ofAll() {
        double sum = 0;
        for (int k = 0; k < sample.size(); k++) {
            sum += sample.isBounded(k) ? fit.ownSquares[k] : 0;
        }
        return sum / Math.max(1, bounded - 2);
    }

    /** Relative weights, 1 on average, such that an x with many observations counts by its own deviation too. */
    double[] relativeWeights() {
        double[] sizes = new double[sample.groups];
        for (int k = 0; k < sample.size(); k++) {
            sizes[sample.group[k]]++;
        }
        double[] relative = new double[sample.size()];
        for (int k = 0; k < relative.length; k++) {
            relative[k] = 1 / (within + sizes[sample.group[k]] * between + SMALLEST);
        }
        double mean = Arrays.stream(relative).average().orElseThrow();
        return Arrays.stream(relative).map(weight -> weight / mean).toArray();
    }
}
