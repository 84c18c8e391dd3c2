package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the runs of one batch size computed, and how fast. Operations are floating-point operations of matrix products and
 * convolutions; null where not known.
 *
 * @param operations of a run that neither diverged nor failed, as the last three
 * @param epochsToTarget passes over the training set until the target, over the runs that arrived, as the next
 * @param flopsPerSecond operations over compute seconds, all workers together: of the gradients alone
 * @param trainingFlopsPerSecond operations over training seconds: applying the gradients, waiting and communicating included
 * @param gemmFlopsPerSecond what a large matrix product got on as many workers just before or after the run, the better one
 * @param utilization flopsPerSecond over gemmFlopsPerSecond, run by run: how well the passes alone use the machine. Nothing
 *     holds it below 1 where a machine is faster in training than when its rate was measured
 * @param trainingUtilization the same of trainingFlopsPerSecond: the model FLOPs utilization of Chowdhery et al. 2022, with what
 *     the machine shows instead of what its maker says
 * @param gpuUtilization share of the time in which some kernel ran on the workers' GPUs
 * @param gpuMemoryBytes the most memory in use on one of them
 */
public record ArithmeticSummary(
        @Nullable Estimate operations,
        @Nullable Estimate epochsToTarget,
        @Nullable Estimate operationsToTarget,
        @Nullable Estimate flopsPerSecond,
        @Nullable Estimate trainingFlopsPerSecond,
        @Nullable Estimate gemmFlopsPerSecond,
        @Nullable Estimate utilization,
        @Nullable Estimate trainingUtilization,
        @Nullable Estimate gpuUtilization,
        @Nullable Estimate gpuMemoryBytes) {
    static ArithmeticSummary of(List<RunRecord> settled, List<RunRecord> arrived) {
        return new ArithmeticSummary(
                Estimate.over(settled, run -> run.arithmetic().floatingPointOperations()),
                Estimate.over(arrived, ArithmeticSummary::epochsToTarget),
                Estimate.over(arrived, run -> run.arithmetic().floatingPointOperationsToTarget()),
                Estimate.over(settled, run -> run.arithmetic().flopsPerSecond()),
                Estimate.over(settled, run -> run.arithmetic().trainingFlopsPerSecond()),
                Estimate.over(settled, run -> run.arithmetic().gemmFlopsPerSecond()),
                Estimate.over(settled, run -> share(run, run.arithmetic().flopsPerSecond())),
                Estimate.over(settled, run -> share(run, run.arithmetic().trainingFlopsPerSecond())),
                Estimate.over(settled, run -> run.gpu().gpuUtilization()),
                Estimate.over(settled, ArithmeticSummary::gpuMemory));
    }

    private static @Nullable Double gpuMemory(RunRecord run) {
        Long bytes = run.gpu().gpuMemoryBytes();
        return bytes == null ? null : (Double) bytes.doubleValue();
    }

    private static @Nullable Double epochsToTarget(RunRecord run) {
        Long examples = run.examplesToTarget();
        return examples == null || run.trainExamples() <= 0 ? null : (Double) ((double) examples / run.trainExamples());
    }

    private static @Nullable Double share(RunRecord run, @Nullable Double rate) {
        Double most = run.arithmetic().gemmFlopsPerSecond();
        return rate == null || most == null || most <= 0 ? null : (Double) (rate / most);
    }
}
