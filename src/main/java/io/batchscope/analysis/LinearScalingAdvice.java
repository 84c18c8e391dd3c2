package io.batchscope.analysis;

import io.batchscope.analysis.AdviceRow.Verdict;
import io.batchscope.result.RunRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** "Scale the learning rate linearly with the batch size, and warm up." */
final class LinearScalingAdvice {
    private static final String BATCH = "all";
    private static final String CLAIM = "Scale the learning rate linearly with the batch size, and warm up.";
    private static final double ROUNDING = 1e-6;

    private LinearScalingAdvice() {}

    /**
     * Which rule is best takes runs under several rules, which are recipes and compared as such. Divergence under the rule
     * is evidence in itself: contradicted if every batch size whose rate was scaled up diverged, mixed if some did. Of a search
     * for the best rates only the runs with the rule's own rate count.
     */
    static AdviceRow of(AdviceContext context, List<RunRecord> runs) {
        List<RunRecord> linear = runs.stream()
                .filter(run -> run.scalingRule().toLowerCase(Locale.ROOT).equals("linear"))
                .filter(run -> RateTrial.factorOf(run) == 1)
                .toList();
        List<RunRecord> raised = linear.stream()
                .filter(run -> run.peakLearningRate() > run.baseLearningRate() * (1 + ROUNDING))
                .toList();
        if (raised.isEmpty()) {
            return AdviceRow.notMeasured(
                    BATCH,
                    CLAIM,
                    linear.isEmpty() && runs.stream().anyMatch(run -> RateTrial.factorOf(run) != 1)
                            ? "No run had the linear rule's own rate, which a search has with factor 1."
                            : "No run had its rate raised linearly with the batch size.");
        }
        // The cap only lowers rates, so the run with the highest rate per example has the uncapped one.
        double ratePerExample = linear.stream()
                .map(LinearScalingAdvice::ratePerExample)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        String capped = sizes(linear.stream()
                .filter(run -> ratePerExample(run) < ratePerExample * (1 - ROUNDING))
                .toList());
        List<RunRecord> diverged = raised.stream()
                .filter(run -> run.outcome().equals(BatchSummary.DIVERGED))
                .toList();
        String warmup =
                linear.stream().allMatch(run -> run.warmupSteps() > 0) ? "all with warmup" : "not all with warmup";
        String measured = NumberText.counted(linear.size(), "run") + " under linear scaling, " + warmup + ", "
                + diverged.size() + " diverged" + (diverged.isEmpty() ? "" : " (batch " + sizes(diverged) + ")")
                + (capped.isEmpty() ? "" : "; the cap held the rate below the rule at batch " + capped);
        Verdict verdict = diverged.isEmpty()
                ? Verdict.NOT_MEASURED_YET
                : diverged.size() == raised.size() ? Verdict.CONTRADICTED : Verdict.MIXED;
        String why = diverged.isEmpty()
                ? "It trained; how it compares with other rules and rates is not judged here."
                : "Some scaled runs diverged; whether another rule does better is not judged here.";
        return verdict == Verdict.NOT_MEASURED_YET
                ? new AdviceRow(BATCH, CLAIM, measured, verdict, why)
                : context.row(BATCH, CLAIM, measured, verdict, why);
    }

    private static double ratePerExample(RunRecord run) {
        return run.peakLearningRate() / run.batchSize();
    }

    private static String sizes(List<RunRecord> runs) {
        return runs.stream().map(RunRecord::batchSize).collect(Collectors.toCollection(TreeSet::new)).stream()
                .map(NumberText::count)
                .collect(Collectors.joining(", "));
    }
}
