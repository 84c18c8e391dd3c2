package io.batchscope.train;

import io.batchscope.result.StepRecord;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How much the training loss jumps about late in a run: the residual standard deviation (n − 2 degrees of freedom) of
 * the least-squares line through loss against step, over the last half of the recorded steps. The line takes the trend
 * out, so a loss that falls smoothly does not oscillate.
 */
public final class LossOscillation {
    private static final int LEAST_POINTS = 3;

    private LossOscillation() {}

    /**
     * In the unit of the loss; at least 0.
     *
     * @param steps in order of their steps
     * @return empty if the last half has fewer than three steps or a loss that is not finite
     */
    public static OptionalDouble of(List<StepRecord> steps) {
        List<StepRecord> half = steps.subList(steps.size() / 2, steps.size());
        if (half.size() < LEAST_POINTS || !half.stream().allMatch(s -> Double.isFinite(s.loss()))) {
            return OptionalDouble.empty();
        }
        double meanStep = half.stream().mapToLong(StepRecord::step).average().orElseThrow();
        double meanLoss = half.stream().mapToDouble(StepRecord::loss).average().orElseThrow();
        double stepsSquared = 0;
        double product = 0;
        for (StepRecord s : half) {
            double x = s.step() - meanStep;
            stepsSquared += x * x;
            product += x * (s.loss() - meanLoss);
        }
        double slope = product / stepsSquared;
        double residualsSquared = 0;
        for (StepRecord s : half) {
            double residual = s.loss() - meanLoss - slope * (s.step() - meanStep);
            residualsSquared += residual * residual;
        }
        return OptionalDouble.of(Math.sqrt(residualsSquared / (half.size() - 2)));
    }
}
