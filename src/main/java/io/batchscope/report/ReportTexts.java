package io.batchscope.report;

import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The sentences of the page that are not a table's. */
final class ReportTexts {
    private static final int MOST_SENTENCES = 6;
    private static final List<String> HEADLINES = List.of(
            "recommended_batch_size",
            "best_test_accuracy",
            "best_validation_accuracy",
            "lowest_test_loss",
            "lowest_validation_loss",
            "largest_batch_within_noise",
            "fastest_mode_without_shown_loss",
            "diverged_runs",
            "failed_runs",
            "fewest_seconds_to_target",
            "highest_throughput",
            "largest_generalization_gap");

    private ReportTexts() {}

    /** What has ended of what was planned. */
    static String status(ReportHeader header, StudySummary summary) {
        Integer planned = header.plannedRuns();
        String runs = planned == null
                ? NumberText.counted(summary.runs(), "run") + " ended"
                : NumberText.count((long) summary.runs()) + " of " + NumberText.counted(planned, "planned run")
                        + " ended";
        String state = header.state();
        String unfinished = planned != null && summary.runs() < planned
                ? ". This report shows an unfinished study; the same command goes on with it."
                : ".";
        return (state == null ? "" : "State " + state + ": ") + runs + unfinished;
    }

    /** Runs by outcome. */
    static List<Map<String, String>> counts(StudySummary summary) {
        return summary.outcomes().entrySet().stream()
                .map(entry -> Map.of("number", entry.getValue().toString(), "word", entry.getKey()))
                .toList();
    }

    /** What the page begins with. */
    static List<String> sentences(StudyTables all, StudySummary summary, List<FindingRecord> findings) {
        if (summary.runs() == 0) {
            return List.of("No run of this study has ended yet, so there is nothing to show.");
        }
        List<String> sentences = new ArrayList<>();
        List<Long> batchSizes = summary.batchSizes();
        int sizes = batchSizes.size();
        sentences.add("Trained " + NumberText.counted(summary.runs(), "run") + " on "
                + NumberText.count(summary.trainExamples()) + " examples at "
                + (sizes == 1 ? "batch size " : sizes + " batch sizes from ")
                + NumberText.count(batchSizes.get(0))
                + (sizes == 1 ? "" : " to " + NumberText.count(batchSizes.get(sizes - 1)))
                + (summary.hasRecipes() ? " by " + summary.variants().recipes().size() + " recipes" : "")
                + (summary.hasModes() ? " in " + summary.variants().modes().size() + " ways to synchronise" : "")
                + ".");
        RunTables.labelNoise(all.runs()).ifPresent(sentences::add);
        if (summary.hasVariants()) {
            sentences.add(referenceNote(summary));
        }
        if (!summary.searches().isEmpty()) {
            sentences.add(RateTables.SENTENCE);
        }
        RecipeTables.largestSentence(summary, findings).ifPresent(sentences::add);
        findings.stream()
                .filter(finding -> HEADLINES.contains(finding.finding()))
                // Of what there is at each batch size, no one speaks for the study.
                .filter(finding -> findings.stream()
                                .filter(other -> other.finding().equals(finding.finding()))
                                .count()
                        == 1)
                .sorted(Comparator.comparingInt(finding -> HEADLINES.indexOf(finding.finding())))
                .limit(MOST_SENTENCES - sentences.size())
                .map(FindingRecord::detail)
                .forEach(sentences::add);
        return sentences;
    }

    /** How to read the tables by batch size. */
    static String intervalNote(StudySummary summary) {
        String means = "Means over the runs" + (summary.searches().isEmpty() ? "" : " with the tuned rate")
                + " that neither diverged nor failed";
        return summary.batches().stream().anyMatch(batch -> batch.settled() > 1)
                ? means
                        + "; ± is half the width of the 95 % Student-t interval over seeds. A dash stands for what was not measured."
                : means
                        + ". With one seed a batch size there are no intervals. A dash stands for what was not measured.";
    }

    /** Whose results stand for a batch size, where there are several recipes or ways to synchronise; else empty. */
    static String referenceNote(StudySummary summary) {
        if (!summary.hasVariants()) {
            return "";
        }
        String measured = "What is said of batch sizes alone is measured with "
                + summary.reference().name() + "; ";
        int recipes = summary.variants().recipes().size();
        int modes = summary.variants().modes().size();
        if (!summary.hasRecipes()) {
            return measured + "the section “Ways to synchronise” compares all " + modes + ".";
        }
        return measured + "the section “Recipes” compares all " + recipes
                + (summary.hasModes() ? ", “Ways to synchronise” all " + modes + " modes" : "") + ".";
    }
}
