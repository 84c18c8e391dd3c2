package io.batchscope.analysis;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How much a run's loss swings late in it, measured on as many examples at every batch size, so that it says something of the
 * path and not of the size of the batch that a loss is measured on.
 *
 * <p>Of n losses yᵢ, taken after tᵢ examples, each is held against the straight line through its two neighbours: the residual is
 * eᵢ = aᵢyᵢ₋₁ + bᵢyᵢ₊₁ − yᵢ with aᵢ = (tᵢ₊₁ − tᵢ)/(tᵢ₊₁ − tᵢ₋₁) and bᵢ = 1 − aᵢ, and the oscillation is the square root of the mean
 * of eᵢ²/(aᵢ² + bᵢ² + 1) over the n − 2 that have two neighbours (Gasser, Sroka and Jennen-Steinmetz 1986). For independent noise
 * around a trend this estimates the noise's standard deviation; a trend that is straight over three losses adds nothing.
 */
final class Oscillation {
    /** Losses in the second half of a run without which it is not told. */
    static final int FEWEST = 6;

    /** A loss and the examples seen before it. */
    record Point(double examples, double loss) {}

    private Oscillation() {}

    /**
     * Of the validation loss over the second half of a run's evaluations; in the unit of the loss.
     *
     * @param rows of one run, of any split
     * @return null with fewer than {@link #FEWEST} evaluations there, or a loss that is not finite
     */
    static @Nullable Double ofValidation(List<EvalRecord> rows) {
        return late(rows.stream()
                .filter(row -> row.split().equals("validation"))
                .sorted(Comparator.comparingLong(EvalRecord::examples))
                .map(row -> new Point(row.examples(), row.loss()))
                .toList());
    }

    /**
     * Of the training loss over the second half of a run, averaged over windows of recorded updates that have at least so many
     * examples together; in the unit of the loss.
     *
     * @param rows of one run
     * @param window examples, at least those of the largest batch that runs are compared with
     * @return null with fewer than {@link #FEWEST} windows there, or a loss that is not finite
     */
    static @Nullable Double ofTraining(List<StepRecord> rows, long window) {
        List<Point> points = new ArrayList<>();
        long examples = 0;
        double losses = 0;
        double places = 0;
        for (StepRecord row :
                rows.stream().sorted(Comparator.comparingLong(StepRecord::step)).toList()) {
            long size = examplesOf(row);
            examples += size;
            losses += size * row.loss();
            places += (double) size * row.examples();
            if (examples >= window) {
                points.add(new Point(places / examples, losses / examples));
                examples = 0;
                losses = 0;
                places = 0;
            }
        }
        return late(points);
    }

    /** Examples that the loss of an update is the mean over. */
    static long examplesOf(StepRecord row) {
        Long size = row.updateExamples();
        return size == null ? row.batchSize() : size;
    }

    private static @Nullable Double late(List<Point> points) {
        List<Point> half = points.subList(points.size() / 2, points.size());
        return half.size() < FEWEST || !half.stream().allMatch(point -> Double.isFinite(point.loss()))
                ? null
                : (Double) around(half);
    }

    /**
     * Root mean square of the normed residuals.
     *
     * @param points at least three, ascending in examples
     */
    static double around(List<Point> points) {
        double squares = 0;
        for (int i = 1; i < points.size() - 1; i++) {
            Point before = points.get(i - 1);
            Point here = points.get(i);
            Point after = points.get(i + 1);
            double a = (after.examples() - here.examples()) / (after.examples() - before.examples());
            double b = 1 - a;
            double residual = a * before.loss() + b * after.loss() - here.loss();
            squares += residual * residual / (a * a + b * b + 1);
        }
        return Math.sqrt(squares / (points.size() - 2));
    }
}
