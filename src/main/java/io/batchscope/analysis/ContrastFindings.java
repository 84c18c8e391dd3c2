package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a study shows about its batch sizes beside the smallest one, in plain measures and under stress. */
final class ContrastFindings {
    private final String study;
    private final BatchContrasts contrasts;

    private ContrastFindings(String study, BatchContrasts contrasts) {
        this.study = study;
        this.contrasts = contrasts;
    }

    /** Of one variant: differences where two seeds or more allow a test, and what probes measured. */
    static List<FindingRecord> of(StudySummary summary, BatchContrasts contrasts) {
        ContrastFindings findings = new ContrastFindings(summary.study(), contrasts);
        return Stream.concat(findings.plain(summary.regression()), findings.underStress())
                .toList();
    }

    private Stream<FindingRecord> plain(boolean regression) {
        List<String> told = regression
                ? List.of("test_loss", "train_loss", "gap_loss")
                : List.of("test_accuracy", "test_loss", "train_loss", "gap_accuracy");
        return told.stream()
                .flatMap(measure -> find(contrasts.ofRuns(), measure))
                .flatMap(contrast -> contrast.rows().stream()
                        .filter(row -> row.pValue() != null)
                        .map(row -> difference(
                                contrast.measure() + "_difference", words(contrast.measure()), contrast, row)));
    }

    private Stream<FindingRecord> underStress() {
        List<Contrast> calibration = contrasts.ofProbe("calibration");
        List<Contrast> calibrationErrors = Stream.of("test_", "validation_")
                .flatMap(split -> find(calibration, split + "expected_calibration_error"))
                .toList();
        List<Contrast> corrupted = contrasts.ofProbe("corrupted-inputs");
        List<Contrast> noisy = contrasts.ofProbe("weight-noise");
        return Stream.of(
                        calibrationErrors.stream()
                                .limit(1)
                                .flatMap(contrast -> differences(
                                        "calibration_error_difference", "the expected calibration error is", contrast)),
                        find(corrupted, "accuracy_mean")
                                .flatMap(contrast -> differences(
                                        "corrupted_accuracy_difference",
                                        "the accuracy on corrupted test inputs is",
                                        contrast)),
                        find(corrupted, "accuracy_mean").findAny().isPresent()
                                ? Stream.<FindingRecord>empty()
                                : find(corrupted, "loss_mean")
                                        .flatMap(contrast -> differences(
                                                "corrupted_loss_difference",
                                                "the loss on corrupted test inputs is",
                                                contrast)),
                        find(noisy, "accuracy_drop_sigma_0.1")
                                .flatMap(contrast -> values(
                                        "weight_noise_accuracy_drop",
                                        "noise of 10 % on every weight costs",
                                        "of test accuracy",
                                        contrast)),
                        find(noisy, "accuracy_drop_sigma_0.1").findAny().isPresent()
                                ? Stream.<FindingRecord>empty()
                                : find(noisy, "loss_increase_sigma_0.1")
                                        .flatMap(contrast -> values(
                                                "weight_noise_loss_increase",
                                                "noise of 10 % on every weight adds",
                                                "to the test loss",
                                                contrast)),
                        find(contrasts.ofProbe("label-memory"), "fitted_share")
                                .flatMap(contrast ->
                                        values("memorized_label_share", "the network has learned", "", contrast)))
                .flatMap(findings -> findings);
    }

    private static Stream<Contrast> find(List<Contrast> contrasts, String measure) {
        return contrasts.stream().filter(contrast -> contrast.measure().equals(measure));
    }

    /** {@code the test accuracy is}. */
    private static String words(String measure) {
        return switch (measure) {
            case "train_loss" -> "the training loss is";
            case "gap_accuracy" -> "the gap between training and test accuracy is";
            case "gap_loss" -> "the gap between test and training loss is";
            default -> "the " + measure.replace('_', ' ') + " is";
        };
    }

    /** One for every batch size that has a difference. */
    private Stream<FindingRecord> differences(String finding, String words, Contrast contrast) {
        return contrast.rows().stream()
                .filter(row -> row.difference() != null)
                .map(row -> difference(finding, words, contrast, row));
    }

    private FindingRecord difference(String finding, String words, Contrast contrast, Contrast.Row row) {
        return finding(
                finding,
                contrast,
                row.batchSize(),
                row.difference(),
                "Batch " + NumberText.count(row.batchSize()) + ": " + words + " " + beside(contrast, row) + ".");
    }

    /** One for every batch size. */
    private Stream<FindingRecord> values(String finding, String words, String of, Contrast contrast) {
        List<FindingRecord> findings = new ArrayList<>();
        for (Contrast.Row row : contrast.rows()) {
            Estimate value = row.value();
            if (value != null) {
                String amount = finding.equals("memorized_label_share")
                        ? NumberText.accuracy(value.mean()) + " of the wrong labels that it was given"
                        : contrast.text(value.mean()) + " " + of;
                String compared = row.difference() == null ? "" : ", which is " + beside(contrast, row);
                findings.add(finding(
                        finding,
                        contrast,
                        row.batchSize(),
                        value,
                        "Batch " + NumberText.count(row.batchSize()) + ": " + words + " " + amount + compared + "."));
            }
        }
        return findings.stream();
    }

    /** {@code 0.42 points below batch 16 (95 % interval -0.6 to -0.2 points, 3 seeds; p = 0.012, 0.036 after Holm for 3 tests)}. */
    private static String beside(Contrast contrast, Contrast.Row row) {
        Estimate difference = row.difference();
        String other = "batch " + NumberText.count(contrast.reference());
        if (difference == null) {
            return "without a seed in common with " + other;
        }
        double mean = difference.mean();
        String place = mean == 0
                ? "the same as at " + other
                : contrast.text(Math.abs(mean)) + (mean < 0 ? " below " : " above ") + other;
        Double low = difference.low();
        Double high = difference.high();
        if (low == null || high == null || row.pValue() == null) {
            return place + " (one common seed: no interval, so nothing is shown)";
        }
        return place + " (95 % interval " + contrast.text(low) + " to " + contrast.text(high) + ", "
                + NumberText.counted(difference.count(), "seed") + "; paired t-test p = "
                + NumberText.significant(row.pValue()) + ", after Holm for "
                + NumberText.counted(contrast.tests(), "test") + " " + NumberText.significant(row.adjustedPValue())
                + ")";
    }

    private FindingRecord finding(
            String finding, Contrast contrast, long batch, @Nullable Estimate value, String detail) {
        return new FindingRecord(
                study,
                finding,
                batch,
                value == null ? null : (Double) value.mean(),
                value == null ? null : value.low(),
                value == null ? null : value.high(),
                contrast.share() ? "share" : "loss",
                detail);
    }
}
