package io.batchscope.analysis;

import io.batchscope.result.StepRecord;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How much the gradient changes from one update to the next, as far as its norm shows it. */
final class GradientSpread {
    private static final int FEWEST_ROWS = 8;

    private GradientSpread() {}

    /**
     * √(mean of squared successive differences / 2) ÷ mean of the gradient norms in the second half of a run's rows. For
     * independent noise this is the relative standard deviation, and a slow trend adds next to nothing (von Neumann
     * 1941).
     *
     * @return null with fewer than 8 rows in that half, or a mean of 0
     */
    static @Nullable Double of(List<StepRecord> rowsOfOneRun) {
        List<Double> norms = rowsOfOneRun.stream()
                .sorted(Comparator.comparingLong(StepRecord::step))
                .map(StepRecord::gradientNorm)
                .filter(norm -> norm != null && Double.isFinite(norm))
                .map(Double::doubleValue)
                .toList();
        List<Double> half = norms.subList(norms.size() / 2, norms.size());
        double mean = half.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        if (half.size() < FEWEST_ROWS || mean <= 0) {
            return null;
        }
        double squares = 0;
        for (int i = 1; i < half.size(); i++) {
            double difference = half.get(i) - half.get(i - 1);
            squares += difference * difference;
        }
        return Math.sqrt(squares / (half.size() - 1) / 2) / mean;
    }
}
