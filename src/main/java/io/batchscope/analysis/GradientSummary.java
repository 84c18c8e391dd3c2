package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the gradients of the runs of one batch size were like, and how far they moved the parameters; over the runs that neither
 * diverged nor failed, null where not measured.
 *
 * @param noiseScale tr Σ/|G|² in examples, of the last half of each run's measurements. Of one run the interval is the run's own
 * @param unbounded runs whose noise scale has no upper end, or is too large to be told
 * @param remark why runs lack a noise scale or its upper end, each reason once; empty if none does
 * @param cosine of a batch's gradient to that of all training examples
 * @param weightDistance of the last parameters from the first
 * @param logSlope of the line through the distance against the logarithm of the step
 * @param logRSquared share of the distance's variance that the line explains
 */
public record GradientSummary(
        @Nullable Estimate noiseScale,
        int unbounded,
        String remark,
        @Nullable Estimate cosine,
        @Nullable Estimate weightDistance,
        @Nullable Estimate logSlope,
        @Nullable Estimate logRSquared) {
    static GradientSummary of(List<RunRecord> settled) {
        List<RunRecord> measured =
                settled.stream().filter(run -> run.noiseScale() != null).toList();
        int unbounded = Math.toIntExact(settled.stream()
                .filter(run -> run.gradients().noiseScaleHigh() == null && hasDetail(run))
                .count());
        String remark = settled.stream()
                .filter(GradientSummary::hasDetail)
                .map(run -> Objects.requireNonNull(run.gradients().noiseScaleDetail()))
                .distinct()
                .collect(Collectors.joining("; "));
        return new GradientSummary(
                measured.size() == 1 ? own(measured.get(0)) : Estimate.over(settled, RunRecord::noiseScale),
                unbounded,
                remark,
                Estimate.over(settled, run -> run.gradients().gradientCosine()),
                Estimate.over(settled, run -> run.gradients().weightDistance()),
                Estimate.over(settled, run -> run.gradients().weightDistanceLogSlope()),
                Estimate.over(settled, run -> run.gradients().weightDistanceLogRSquared()));
    }

    private static boolean hasDetail(RunRecord run) {
        String detail = run.gradients().noiseScaleDetail();
        return detail != null && !detail.isEmpty();
    }

    private static Estimate own(RunRecord run) {
        return new Estimate(
                1,
                Objects.requireNonNull(run.noiseScale()),
                null,
                run.gradients().noiseScaleLow(),
                run.gradients().noiseScaleHigh());
    }
}
