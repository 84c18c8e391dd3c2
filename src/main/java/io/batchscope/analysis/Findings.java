package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a study shows by plain comparison of its batch sizes, of the reference alone ({@link Variants}) or, seed by seed, of each
 * variant ({@link ContrastFindings}), of its modes ({@link ModeFindings}) and numbers of workers ({@link ScalingFindings}), of its recipes ({@link RecipeFindings}) and of its
 * rates ({@link RateFindings}). Where rates were searched for, all but the last are of the tuned ones;
 * and by the laws of what the target takes ({@link TradeOffFindings}, {@link TimeFindings}) and of the best rates ({@link
 * RateLawFindings}).
 */
public final class Findings {
    private final StudySummary summary;
    private final List<FindingRecord> findings = new ArrayList<>();

    private Findings(StudySummary summary) {
        this.summary = summary;
    }

    /** The findings that the tables support, in order of interest; none for a study without runs. */
    public static List<FindingRecord> of(StudyTables all) {
        StudySummary summary = StudySummary.of(all);
        StudyTables tables = summary.searches().tuned(all);
        if (summary.runs() == 0) {
            return List.of();
        }
        StudyTables reference = summary.variants().ofReference(tables);
        List<VariantLaws> laws = VariantLaws.of(summary, all);
        Findings findings = new Findings(summary);
        findings.addQuality();
        findings.findings.addAll(TargetFindings.of(summary));
        findings.addThroughput();
        findings.findings.addAll(GradientFindings.of(summary));
        findings.findings.addAll(HardwareFindings.of(tables, summary));
        LargestMicroBatch.of(reference, summary).ifPresent(findings.findings::add);
        findings.addGaps();
        OscillationFindings.of(summary, Oscillations.of(reference)).ifPresent(findings.findings::add);
        // All so far is of the reference.
        findings.findings.replaceAll(new Attribution(summary, summary.reference())::of);
        BatchContrasts.of(tables).forEach(contrasts -> ContrastFindings.of(summary, contrasts).stream()
                .map(new Attribution(summary, contrasts.variant())::of)
                .forEach(findings.findings::add));
        findings.addLaws(laws);
        findings.findings.addAll(RateFindings.of(summary));
        findings.findings.addAll(RateLawFindings.of(summary));
        findings.findings.addAll(RecipeFindings.of(summary, tables.runs()));
        findings.findings.addAll(ModeFindings.of(summary));
        findings.findings.addAll(ScalingFindings.of(summary.study(), tables));
        findings.addLosses(
                "diverged_runs", BatchSummary.DIVERGED, "diverged", "lower the learning rate there or warm up longer");
        findings.addLosses(
                "failed_runs",
                BatchSummary.FAILED,
                "failed",
                "the table of runs says why; the same command does them again");
        List<FindingRecord> complete =
                new ArrayList<>(RecommendationFindings.of(summary.study(), Recommendations.of(summary, tables, laws)));
        complete.addAll(findings.findings);
        return List.copyOf(complete);
    }

    /** What the target takes by the laws, for each variant. */
    private void addLaws(List<VariantLaws> laws) {
        for (VariantLaws of : laws) {
            List<FindingRecord> ofVariant = new ArrayList<>();
            GoalLaw goal = of.goal();
            if (goal != null) {
                ofVariant.addAll(TradeOffFindings.of(summary.study(), goal));
                if (!goal.isOpen()) {
                    ofVariant.addAll(NoiseAgainstCritical.of(
                            summary.study(), summary.of(of.variant()), goal.law(), goal.drawn()));
                }
            } else if (!of.arrivals().isEmpty()) {
                ofVariant.addAll(TradeOffFindings.of(summary.study(), of.arrivals()));
            }
            ofVariant.addAll(TimeFindings.of(summary, of));
            ofVariant.stream().map(new Attribution(summary, of.variant())::of).forEach(findings::add);
        }
    }

    private void addQuality() {
        Optional<Quality> available = Quality.of(summary);
        if (available.isEmpty()) {
            return;
        }
        Quality quality = available.get();
        List<Scored> scored = quality.scored(summary.batches());
        Scored best = scored.get(0);
        StringBuilder detail =
                new StringBuilder("Batch " + NumberText.count(best.batch().batchSize()) + " has the "
                        + (quality.isAccuracy() ? "highest " : "lowest ") + quality.words() + ", "
                        + best.estimate().words(quality::text));
        if (scored.size() > 1) {
            Scored next = scored.get(1);
            detail.append("; next is ").append(next.name()).append(" with ").append(quality.text(next.mean()));
        }
        if (summary.batches().stream().anyMatch(batch -> batch.outcomes().containsKey("ReachedTarget"))) {
            detail.append("; runs were stopped at the target, so this is not the best they could reach");
        }
        add(
                quality.finding(),
                best,
                quality.isAccuracy() ? "share" : "loss",
                detail.append('.').toString());
        findings.add(LargestGoodBatch.ofReference(summary, quality, scored));
    }

    private void addThroughput() {
        Scored.by(summary.batches(), BatchSummary::examplesPerSecond).stream()
                .max(Comparator.comparingDouble(Scored::mean))
                .ifPresent(best -> add(
                        "highest_throughput",
                        best,
                        "examples/s",
                        "Batch "
                                + NumberText.count(best.batch().batchSize()) + " gets through the most examples, "
                                + best.estimate().words(NumberText::significant) + " a second with "
                                + workers(best.batch()) + "."));
    }

    private void addGaps() {
        boolean accuracy = summary.batches().stream().anyMatch(batch -> batch.gapAccuracy() != null);
        List<Scored> scored =
                Scored.by(summary.batches(), accuracy ? BatchSummary::gapAccuracy : BatchSummary::gapLoss).stream()
                        .sorted(Comparator.comparingDouble(Scored::mean))
                        .toList();
        if (scored.isEmpty()) {
            return;
        }
        addGap("largest_generalization_gap", "largest", scored.get(scored.size() - 1), accuracy);
        addGap("smallest_generalization_gap", "smallest", scored.get(0), accuracy);
    }

    private void addGap(String finding, String word, Scored scored, boolean accuracy) {
        DoubleFunction<String> text =
                accuracy ? value -> NumberText.fixed(value * 100, 2) + " points" : NumberText::significant;
        Estimate train =
                accuracy ? scored.batch().trainAccuracy() : scored.batch().trainLoss();
        String reached = train == null
                ? ""
                : ", at a training "
                        + (accuracy
                                ? "accuracy of " + NumberText.accuracy(train.mean())
                                : "loss of " + NumberText.significant(train.mean()));
        add(
                finding,
                scored,
                accuracy ? "share" : "loss",
                "Batch " + NumberText.count(scored.batch().batchSize())
                        + " has the " + word + " gap between "
                        + (accuracy ? "training and test accuracy" : "test and training loss") + ", "
                        + scored.estimate().words(text) + reached + ".");
    }

    private void addLosses(String finding, String outcome, String word, String advice) {
        long others = summary.searches().leftOut().stream()
                .filter(run -> run.outcome().equals(outcome))
                .count();
        long count = summary.outcomes().getOrDefault(outcome, 0) - others;
        boolean isFailure = outcome.equals(BatchSummary.FAILED);
        int runs = summary.runs() - summary.searches().leftOut().size();
        String which = summary.searches().isEmpty() ? "" : " with a tuned rate";
        String elsewhere = others == 0
                ? ""
                : "; of " + NumberText.counted(summary.searches().leftOut().size(), "run") + " with other rates "
                        + others + " did";
        if (count == 0) {
            if (!isFailure || others > 0) {
                findings.add(finding(
                        finding,
                        null,
                        0.0,
                        "runs",
                        "No run" + which + " " + word + " (" + NumberText.counted(runs, "run") + ")" + elsewhere
                                + "."));
            }
            return;
        }
        String where = summary.byVariant().stream()
                .filter(group -> group.batch().outcomes().containsKey(outcome))
                .map(group -> where(group, outcome))
                .collect(Collectors.joining(", "));
        findings.add(finding(
                finding,
                null,
                (double) count,
                "runs",
                count + " of " + NumberText.counted(runs, "run") + which + " " + word + ": " + where + elsewhere + "; "
                        + advice + "."));
    }

    private String where(VariantSummary group, String outcome) {
        BatchSummary batch = group.batch();
        return "batch " + NumberText.count(batch.batchSize()) + (summary.hasVariants() ? " with " + group.name() : "")
                + " (" + batch.outcomes().get(outcome) + " of " + batch.runs() + ", peak rate " + rates(batch) + ")";
    }

    private void add(String finding, Scored scored, String unit, String detail) {
        findings.add(scored.finding(summary.study(), finding, unit, detail));
    }

    private FindingRecord finding(
            String finding, @Nullable Long batch, @Nullable Double value, @Nullable String unit, String detail) {
        return new FindingRecord(summary.study(), finding, batch, value, null, null, unit, detail);
    }

    private static String rates(BatchSummary batch) {
        return batch.peakLearningRates().stream().map(NumberText::significant).collect(Collectors.joining(", "));
    }

    private static String workers(BatchSummary batch) {
        return batch.workers().stream().map(String::valueOf).collect(Collectors.joining(" or "))
                + (batch.workers().equals(List.of(1)) ? " worker" : " workers");
    }
}
