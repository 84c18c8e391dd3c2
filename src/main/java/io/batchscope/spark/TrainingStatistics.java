package io.batchscope.spark;

import io.batchscope.data.Manifest.Encoding;
import io.batchscope.data.Normalization;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Means and standard deviations (population) of the training split, in double precision and two passes. Sums run over
 * each file in its order, then over the files in theirs: the same however many tasks there are.
 *
 * @param labelMean 0 for classification
 * @param labelScale 1 / standard deviation of the target; 1 for classification and for a constant target
 */
record TrainingStatistics(Normalization normalization, double labelMean, double labelScale) {
    /** A deviation so small against the mean is rounding: the feature is constant. */
    private static final double CONSTANT = 1e-12;

    /** Works them out from what writing showed and, where that is not enough, from a second look at the files. */
    static TrainingStatistics of(JavaSparkContext spark, ShardWriting writing, List<ShardSummary> summaries) {
        List<ShardSummary> train = summaries.stream()
                .filter(summary -> summary.split() == Split.TRAIN)
                .sorted(Comparator.comparing(ShardSummary::file))
                .toList();
        boolean images = writing.encoding() == Encoding.UINT8;
        if (images && writing.task() == Task.CLASSIFICATION) {
            return new TrainingStatistics(ofBytes(train), 0, 1);
        }
        long count = writing.layout().train();
        double[] means = divide(
                sum(train.stream().map(ShardSummary::featureSums).toList(), images ? 0 : writing.features()), count);
        double labelMean = train.stream().mapToDouble(ShardSummary::labelSum).reduce(0, Double::sum) / count;
        double[] squares = sum(
                spark.parallelize(IntStream.range(0, train.size()).boxed().toList(), train.size())
                        .map(file -> squaredDeviations(writing, file, means, labelMean))
                        .collect(),
                means.length + 1);
        double[] variances = divide(squares, count);
        Normalization normalization = images ? ofBytes(train) : normalization(means, variances);
        return writing.task() == Task.CLASSIFICATION
                ? new TrainingStatistics(normalization, 0, 1)
                : new TrainingStatistics(normalization, labelMean, scale(labelMean, variances[means.length]));
    }

    /** One mean and one deviation for all bytes; from counts, so exact. */
    private static Normalization ofBytes(List<ShardSummary> train) {
        long[] counts = new long[256];
        for (ShardSummary summary : train) {
            for (int value = 0; value < counts.length; value++) {
                counts[value] += summary.byteCounts()[value];
            }
        }
        double total = 0;
        double sum = 0;
        for (int value = 0; value < counts.length; value++) {
            total += counts[value];
            sum += (double) value * counts[value];
        }
        double mean = sum / total;
        double squares = 0;
        for (int value = 0; value < counts.length; value++) {
            squares += counts[value] * (value - mean) * (value - mean);
        }
        return normalization(new double[] {mean}, new double[] {squares / total});
    }

    private static Normalization normalization(double[] means, double[] variances) {
        List<Float> mean = new ArrayList<>();
        List<Float> scale = new ArrayList<>();
        for (int i = 0; i < means.length; i++) {
            mean.add((float) means[i]);
            scale.add((float) scale(means[i], variances[i]));
        }
        return new Normalization(mean, scale);
    }

    private static double scale(double mean, double variance) {
        double deviation = Math.sqrt(variance);
        double scale = 1 / deviation;
        return deviation <= CONSTANT * Math.abs(mean) || !Float.isFinite((float) scale) ? 1 : scale;
    }

    /** Of one file: Σ (x − mean)² per feature, then Σ (label − mean)². */
    private static double[] squaredDeviations(ShardWriting writing, int file, double[] means, double labelMean) {
        double[] squares = new double[means.length + 1];
        Path path = new Path(new Path(writing.directory(), Split.TRAIN.label()), ShardFile.name(file));
        try {
            ShardFile.read(writing.hadoop().value(), path, writing.task(), (index, features, label) -> {
                ByteBuffer values = features.order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i < means.length; i++) {
                    double deviation = values.getFloat() - means[i];
                    squares[i] += deviation * deviation;
                }
                squares[means.length] += (label - labelMean) * (label - labelMean);
                return true;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return squares;
    }

    private static double[] sum(List<double[]> parts, int length) {
        double[] total = new double[length];
        for (double[] part : parts) {
            for (int i = 0; i < length; i++) {
                total[i] += part[i];
            }
        }
        return total;
    }

    private static double[] divide(double[] values, long by) {
        double[] quotients = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            quotients[i] = values[i] / by;
        }
        return quotients;
    }
}
