package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import io.batchscope.train.NoiseScaleEstimate;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the gradients of the runs of one batch size were like, and how far they moved the parameters; over the runs that neither
 * diverged nor failed.
 *
 * <p>The noise scale of several seeds is the mean of their noise over the mean of their signal, with the interval of such a
 * ratio: the mean of the seeds' own noise scales would leave out those whose signal is too small, and follow the largest.
 *
 * @param noise the noise scale; of one run its own
 * @param runs with measurements of the noise
 * @param remark why there is no noise scale, or no end of its interval; empty if nothing is missing
 * @param gain AdaScale's: what rates were multiplied by, or would have been; null where not known
 * @param weightDistance of the last parameters from the first; null where not measured, like the next two
 * @param logSlope of the line through the distance against the logarithm of the step
 * @param logRSquared share of the distance's variance that the line explains
 */
public record GradientSummary(
        NoiseScaleEstimate noise,
        int runs,
        String remark,
        @Nullable Estimate gain,
        @Nullable Estimate weightDistance,
        @Nullable Estimate logSlope,
        @Nullable Estimate logRSquared) {
    static GradientSummary of(List<RunRecord> settled) {
        List<RunRecord> measured = settled.stream()
                .filter(run -> run.gradients().gradientNoise() != null
                        && run.gradients().gradientSignal() != null)
                .toList();
        NoiseScaleEstimate noise = noise(measured);
        String reasons = settled.stream()
                .map(run -> run.gradients().noiseScaleDetail())
                .filter(detail -> detail != null && !detail.isEmpty())
                .distinct()
                .collect(Collectors.joining("; "));
        return new GradientSummary(
                noise,
                measured.size(),
                measured.size() > 1 ? noise.detail().replace("measurement", "run") : reasons,
                Estimate.over(settled, run -> run.gradients().adascaleGain()),
                Estimate.over(settled, run -> run.gradients().weightDistance()),
                Estimate.over(settled, run -> run.gradients().weightDistanceLogSlope()),
                Estimate.over(settled, run -> run.gradients().weightDistanceLogRSquared()));
    }

    private static NoiseScaleEstimate noise(List<RunRecord> measured) {
        if (measured.size() == 1) {
            RunRecord only = measured.get(0);
            return new NoiseScaleEstimate(
                    only.gradients().gradientNoise(),
                    only.gradients().gradientSignal(),
                    only.noiseScale(),
                    only.gradients().noiseScaleLow(),
                    only.gradients().noiseScaleHigh(),
                    only.gradients().gradientCosine(),
                    "");
        }
        if (measured.isEmpty()) {
            return new NoiseScaleEstimate(null, null, null, null, null, null, "");
        }
        RunRecord any = measured.get(0);
        return NoiseScaleEstimate.of(
                measured.stream()
                        .mapToDouble(
                                run -> Objects.requireNonNull(run.gradients().gradientNoise()))
                        .toArray(),
                measured.stream()
                        .mapToDouble(
                                run -> Objects.requireNonNull(run.gradients().gradientSignal()))
                        .toArray(),
                Math.max(0, 1.0 / any.batchSize() - 1.0 / Math.max(any.batchSize(), any.trainExamples())));
    }
}
