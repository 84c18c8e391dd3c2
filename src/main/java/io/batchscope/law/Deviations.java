package io.batchscope.law;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.distribution.FDistribution;

/**
 * How residuals r of a fit spread: from run to run of a batch size, and from batch size to batch size beyond that, which is
 * what the law itself does not explain. Of runs that arrived alone. The centres of batch sizes are found with noise that has
 * heavy tails, so that an outlying repeat counts little; the variances are those of an analysis of variance.
 */
final class Deviations {
    private static final double SMALLEST = 1e-20;
    private static final int ROUNDS = 30;

    private final Sample sample;
    private final CurveFit fit;

    /** Runs that arrived, by batch size. */
    final double[] counts;

    /** Of residuals, by batch size; 0 where none arrived. */
    final double[] centres;

    /** Runs that arrived. */
    final int runs;

    /** Batch sizes where some did. */
    final int batches;

    /** Variance between runs of a batch size; that of all runs where the batch sizes have no deviations of their own. */
    final double within;

    /** Variance of the batch sizes' own deviations; 0 where the runs' variance explains them, or where none has repeats. */
    final double between;

    /** Whether an F-test at 1 % tells {@link #between} from 0. */
    final boolean apart;

    private Deviations(Sample sample, CurveFit fit) {
        this.sample = sample;
        this.fit = fit;
        this.counts = new double[sample.groups];
        for (int k = 0; k < sample.size(); k++) {
            counts[sample.group[k]] += sample.reached[k] ? 1 : 0;
        }
        this.runs = (int) Arrays.stream(counts).sum();
        this.batches = (int) Arrays.stream(counts).filter(count -> count > 0).count();
        this.centres = new double[sample.groups];
        double ofRuns = centre();
        this.between = runs == batches || batches < 3 ? 0 : ofBatches(ofRuns);
        this.within = between > 0 ? ofRuns : ofAll();
        this.apart = between > 0 && isApart();
    }

    static Deviations of(Sample sample, CurveFit fit) {
        return new Deviations(sample, fit);
    }

    /** Sets the centres, and returns the squared scale of what the runs deviate from them. */
    private double centre() {
        for (int g = 0; g < centres.length; g++) {
            int group = g;
            double[] own = IntStream.range(0, sample.size())
                    .filter(k -> sample.reached[k] && sample.group[k] == group)
                    .mapToDouble(fit::residual)
                    .toArray();
            centres[g] = own.length == 0 ? 0 : CurveFit.median(own);
        }
        double square = squares(Double.POSITIVE_INFINITY) / Math.max(1, runs - batches);
        for (int round = 0; round < ROUNDS && square > SMALLEST; round++) {
            double[] weights = new double[centres.length];
            double[] sums = new double[centres.length];
            for (int k = 0; k < sample.size(); k++) {
                if (sample.reached[k]) {
                    double weight = weight(k, square);
                    weights[sample.group[k]] += weight;
                    sums[sample.group[k]] += weight * fit.residual(k);
                }
            }
            for (int g = 0; g < centres.length; g++) {
                centres[g] = weights[g] > 0 ? sums[g] / weights[g] : 0;
            }
            square = squares(square) / Math.max(1, runs - batches);
        }
        return square;
    }

    /** Of a run that deviates from its batch size's centre. */
    private double weight(int run, double square) {
        double deviation = fit.residual(run) - centres[sample.group[run]];
        return (HeavyTail.DEGREES + 1) / (HeavyTail.DEGREES + deviation * deviation / square);
    }

    /** Weighted squares of deviations from the centres. */
    private double squares(double square) {
        double sum = 0;
        for (int k = 0; k < sample.size(); k++) {
            if (sample.reached[k]) {
                double deviation = fit.residual(k) - centres[sample.group[k]];
                sum += Math.min(weight(k, square), 1) * deviation * deviation;
            }
        }
        return sum;
    }

    private double ofBatches(double ofRuns) {
        double squares = 0;
        double inverse = 0;
        for (int g = 0; g < centres.length; g++) {
            if (counts[g] > 0) {
                squares += centres[g] * centres[g];
                inverse += 1 / counts[g];
            }
        }
        return Math.max(0, (squares - ofRuns * inverse) / (batches - 2));
    }

    /**
     * Whether the centres of batch sizes vary more than those of runs that differ as much as the runs of a batch size do: an
     * F-test of the plain analysis of variance, in which an outlying repeat makes both large.
     */
    private boolean isApart() {
        double[] means = new double[sample.groups];
        for (int k = 0; k < sample.size(); k++) {
            means[sample.group[k]] += sample.reached[k] ? fit.residual(k) / counts[sample.group[k]] : 0;
        }
        double ofRuns = 0;
        double ofBatches = 0;
        for (int k = 0; k < sample.size(); k++) {
            if (sample.reached[k]) {
                double mean = means[sample.group[k]];
                ofRuns += (fit.residual(k) - mean) * (fit.residual(k) - mean);
                ofBatches += mean * mean;
            }
        }
        double ratio = (ofBatches / (batches - 2)) / Math.max(SMALLEST, ofRuns / (runs - batches));
        return ratio
                > new FDistribution(null, batches - 2.0, runs - (double) batches).inverseCumulativeProbability(0.99);
    }

    private double ofAll() {
        double sum = 0;
        for (int k = 0; k < sample.size(); k++) {
            sum += sample.reached[k] ? fit.weights[k] * fit.residual(k) * fit.residual(k) : 0;
        }
        return sum / Math.max(1, runs - 2);
    }

    /** Relative weights of runs, 1 on average, such that a batch size with many runs counts by its own deviation too. */
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
