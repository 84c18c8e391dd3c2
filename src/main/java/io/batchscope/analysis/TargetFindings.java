package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which batch sizes reached the target with the least: updates, examples, operations, seconds. */
final class TargetFindings {
    private final StudySummary summary;
    private final List<FindingRecord> findings = new ArrayList<>();

    private TargetFindings(StudySummary summary) {
        this.summary = summary;
    }

    /** Of the reference; none for a study without a target, or if no run reached it. */
    static List<FindingRecord> of(StudySummary summary) {
        TargetFindings target = new TargetFindings(summary);
        if (summary.anyArrived()) {
            target.add("fewest_steps_to_target", "steps", "updates", BatchSummary::stepsToTarget);
            target.add("fewest_examples_to_target", "examples", "examples", BatchSummary::examplesToTarget);
            target.addOperations();
            target.add("fewest_seconds_to_target", "seconds", "seconds", BatchSummary::secondsToTarget);
        }
        return List.copyOf(target.findings);
    }

    private void addOperations() {
        Function<BatchSummary, @Nullable Estimate> column =
                batch -> batch.arithmetic().operationsToTarget();
        // Of a model whose operations are not known nothing is said.
        if (!Scored.by(summary.batches(), column).isEmpty()) {
            add(
                    "fewest_operations_to_target",
                    "operations",
                    "floating-point operations",
                    column,
                    NumberText::operations);
        }
    }

    private void add(String finding, String unit, String words, Function<BatchSummary, @Nullable Estimate> column) {
        add(finding, unit, words, column, NumberText::significant);
    }

    private void add(
            String finding,
            String unit,
            String words,
            Function<BatchSummary, @Nullable Estimate> column,
            DoubleFunction<String> text) {
        // The mean over only those seeds that arrived would flatter a batch size at which others did not.
        Optional<Scored> fewest = Scored.by(summary.batches(), column).stream()
                .filter(scored -> scored.batch().arrived() == scored.batch().runs())
                .min(Comparator.comparingDouble(Scored::mean));
        String missed = summary.batches().stream()
                .filter(batch -> batch.arrived() < batch.runs())
                .map(batch ->
                        NumberText.count(batch.batchSize()) + " (" + batch.arrived() + " of " + batch.runs() + " runs)")
                .collect(Collectors.joining(", "));
        String rest = missed.isEmpty() ? "" : "; not every run arrived at batch " + missed;
        if (fewest.isEmpty()) {
            findings.add(new FindingRecord(
                    summary.study(),
                    finding,
                    null,
                    null,
                    null,
                    null,
                    unit,
                    "At no batch size did every run reach the target" + rest + ", so the fewest " + words
                            + " cannot be told: train longer or set a nearer target."));
            return;
        }
        Scored best = fewest.get();
        findings.add(best.finding(
                summary.study(),
                finding,
                unit,
                "Batch " + NumberText.count(best.batch().batchSize()) + " reached the target with the fewest " + words
                        + ", " + best.estimate().words(text) + rest + "."));
    }
}
