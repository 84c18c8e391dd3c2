package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchContrastsTest {
    private static final double EXACT = 1e-9;

    private static RunFixture scored(long batchSize, long seed, double accuracy) {
        return run(batchSize, seed).with("testAccuracy", accuracy);
    }

    private static StudyTables with(List<ProbeRecord> probes, RunFixture... runs) {
        List<RunRecord> records = Arrays.stream(runs).map(RunFixture::toRecord).toList();
        return new StudyTables(records, List.of(), List.of(), probes);
    }

    private static ProbeRecord probe(long batchSize, long seed, String probe, String metric, double value) {
        return new ProbeRecord(
                "example", "r" + batchSize + "-" + seed, batchSize, seed, 10, probe, metric, value, null, "{}");
    }

    private static BatchContrasts only(StudyTables tables) {
        List<BatchContrasts> all = BatchContrasts.of(tables);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static double known(@Nullable Double value) {
        return Objects.requireNonNull(value);
    }

    @Test
    void theTestIsThatOfTheTextbooks() {
        // Student 1908, the ten patients of Cushny and Peebles: t = 4.0621, p = 0.002833 (R: t.test(…, paired = TRUE)).
        double[] first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
        double[] second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
        Map<Long, Double> mine = new java.util.TreeMap<>();
        Map<Long, Double> theirs = new java.util.TreeMap<>();
        for (int i = 0; i < first.length; i++) {
            mine.put((long) i, first[i]);
            theirs.put((long) i, second[i]);
        }
        PairedTest test = PairedTest.of(mine, theirs);
        assertThat(RunFixture.known(test.difference()).mean()).isCloseTo(-1.58, within(EXACT));
        assertThat(RunFixture.known(test.difference()).low()).isCloseTo(-2.4598858, within(1e-6));
        assertThat(RunFixture.known(test.difference()).high()).isCloseTo(-0.7001142, within(1e-6));
        assertThat(test.pValue()).isCloseTo(0.00283289, within(1e-7));
    }

    @Test
    void threeSeedsByHand() {
        // Differences 0.01, 0.02, 0.03: t = 0.02 · √3 / 0.01 = 3.4641; with 2 degrees of freedom p = 1 − t/√(2 + t²).
        PairedTest test = PairedTest.of(Map.of(1L, 0.81, 2L, 0.92, 3L, 0.53), Map.of(1L, 0.80, 2L, 0.90, 3L, 0.50));
        double t = 2 * Math.sqrt(3);
        assertThat(test.pValue()).isCloseTo(1 - t / Math.sqrt(2 + t * t), within(EXACT));
    }

    @Test
    void oneSeedIsNoTestAndNoDifferenceIsCertain() {
        assertThat(PairedTest.of(Map.of(1L, 0.5), Map.of(1L, 0.4)).pValue()).isNull();
        assertThat(PairedTest.of(Map.of(1L, 0.5), Map.of(2L, 0.4)).difference()).isNull();
        assertThat(PairedTest.of(Map.of(1L, 0.5, 2L, 0.4), Map.of(1L, 0.5, 2L, 0.4))
                        .pValue())
                .isEqualTo(1);
    }

    @Test
    void holmEnlargesStepByStep() {
        assertThat(PairedTest.holm(List.of(0.01, 0.04, 0.03, 0.005))).containsExactly(0.03, 0.06, 0.06, 0.02);
        assertThat(PairedTest.holm(List.of(0.6, 0.7))).containsExactly(1.0, 1.0);
        assertThat(PairedTest.holm(List.of())).isEmpty();
    }

    @Test
    void theReferenceIsTheSmallestBatchWithASoundRun() {
        BatchContrasts contrasts =
                only(with(List.of(), run(1, 1).diverged(), scored(8, 1, 0.5), scored(8, 2, 0.6), scored(64, 1, 0.4)));
        assertThat(contrasts.reference()).isEqualTo(8);
        Contrast accuracy = contrasts.ofRuns().get(0);
        assertThat(accuracy.measure()).isEqualTo("test_accuracy");
        assertThat(accuracy.rows()).extracting(Contrast.Row::batchSize).containsExactly(8L, 64L);
        assertThat(accuracy.rows().get(0).difference()).isNull();
        assertThat(RunFixture.known(accuracy.rows().get(1).difference()).mean()).isCloseTo(-0.1, within(EXACT));
        assertThat(accuracy.tests()).isZero();
        assertThat(BatchContrasts.of(with(List.of()))).isEmpty();
        assertThat(BatchContrasts.of(with(List.of(), run(1, 1).diverged()))).isEmpty();
        assertThat(only(with(List.of(), scored(8, 1, 0.5))).ofRuns()).isEmpty();
    }

    private static StudyTables study() {
        return with(
                List.of(
                        probe(8, 1, "calibration", "test_expected_calibration_error", 0.02),
                        probe(8, 2, "calibration", "test_expected_calibration_error", 0.03),
                        probe(64, 1, "calibration", "test_expected_calibration_error", 0.05),
                        probe(64, 2, "calibration", "test_expected_calibration_error", 0.07),
                        probe(8, 1, "corrupted-inputs", "accuracy_mean", 0.7),
                        probe(64, 1, "corrupted-inputs", "accuracy_mean", 0.65),
                        probe(8, 1, "weight-noise", "accuracy_drop_sigma_0.1", 0.01),
                        probe(64, 1, "weight-noise", "accuracy_drop_sigma_0.1", 0.04),
                        probe(8, 1, "label-memory", "fitted_share", 0.5),
                        probe(64, 1, "label-memory", "fitted_share", 0.25)),
                scored(8, 1, 0.90),
                scored(8, 2, 0.92),
                scored(64, 1, 0.87),
                scored(64, 2, 0.90),
                scored(256, 1, 0.80),
                scored(256, 2, 0.81));
    }

    @Test
    void testsProbesSeedBySeed() {
        Contrast error = only(study()).ofProbe("calibration").get(0);
        // Differences 0.03 and 0.04: t = 7, one degree of freedom, p = 1 − 2/π · arctan 7.
        Contrast.Row row = error.rows().get(1);
        assertThat(RunFixture.known(row.difference()).mean()).isCloseTo(0.035, within(EXACT));
        assertThat(row.pValue()).isCloseTo(1 - 2 / Math.PI * Math.atan(7), within(EXACT));
        assertThat(row.adjustedPValue()).isEqualTo(row.pValue());
        assertThat(error.share()).isTrue();
    }

    @Test
    void everyMeasureHasItsOwnFamilyOfTests() {
        Contrast accuracy = only(study()).ofRuns().get(0);
        assertThat(accuracy.tests()).isEqualTo(2);
        // Differences −0.03, −0.02 (t = 5) and −0.10, −0.11 (t = 21).
        double larger = 1 - 2 / Math.PI * Math.atan(5);
        double smaller = 1 - 2 / Math.PI * Math.atan(21);
        assertThat(known(accuracy.rows().get(1).pValue())).isCloseTo(larger, within(EXACT));
        assertThat(known(accuracy.rows().get(1).adjustedPValue())).isCloseTo(larger, within(EXACT));
        assertThat(known(accuracy.rows().get(2).adjustedPValue())).isCloseTo(2 * smaller, within(EXACT));
    }

    @Test
    void findingsSayWhatChanged() {
        List<FindingRecord> findings = Findings.of(study());
        assertThat(detail(findings, "test_accuracy_difference", 64))
                .isEqualTo(
                        "Batch 64: the test accuracy is 2.50 points below batch 8 (95 % interval -8.85 points to 3.85"
                                + " points, 2 seeds; paired t-test p = 0.126, after Holm for 2 tests 0.126).");
        assertThat(detail(findings, "calibration_error_difference", 64))
                .startsWith("Batch 64: the expected calibration error is 3.50 points above batch 8 (95 % interval ");
        assertThat(detail(findings, "corrupted_accuracy_difference", 64))
                .isEqualTo(
                        "Batch 64: the accuracy on corrupted test inputs is 5.00 points below batch 8 (one common seed:"
                                + " no interval, so nothing is shown).");
        assertThat(detail(findings, "weight_noise_accuracy_drop", 8))
                .isEqualTo("Batch 8: noise of 10 % on every weight costs 1.00 points of test accuracy.");
        assertThat(detail(findings, "memorized_label_share", 64))
                .isEqualTo(
                        "Batch 64: the network has learned 25.00 % of the wrong labels that it was given, which is 25.00"
                                + " points below batch 8 (one common seed: no interval, so nothing is shown).");
    }

    private static RunFixture scored(String recipe, int number, long batchSize, long seed, double accuracy) {
        return scored(batchSize, seed, accuracy)
                .with("runId", recipe + batchSize + "-" + seed)
                .with("recipe", recipe)
                .with("recipeNumber", number);
    }

    /** Under equal epochs batch 64 is worse, under equal updates better; batch 8 diverges there. */
    private static StudyTables budgets() {
        return with(
                List.of(
                        new ProbeRecord(
                                "example", "updates64-1", 64, 1, 10, "label-memory", "fitted_share", 0.25, null, "{}"),
                        new ProbeRecord(
                                "example", "epochs8-1", 8, 1, 10, "label-memory", "fitted_share", 0.5, null, "{}")),
                scored("updates", 1, 8, 1, 0.1).diverged(),
                scored("updates", 1, 64, 1, 0.91),
                scored("updates", 1, 64, 2, 0.92),
                scored("updates", 1, 256, 1, 0.94),
                scored("updates", 1, 256, 2, 0.96),
                scored("epochs", 0, 8, 1, 0.90),
                scored("epochs", 0, 8, 2, 0.92),
                scored("epochs", 0, 64, 1, 0.87),
                scored("epochs", 0, 64, 2, 0.90),
                scored("epochs", 0, 256, 1, 0.80),
                scored("epochs", 0, 256, 2, 0.81));
    }

    @Test
    void everyVariantHasItsOwnReferenceAndTests() {
        List<BatchContrasts> contrasts = BatchContrasts.of(budgets());
        assertThat(contrasts).extracting(of -> of.variant().name()).containsExactly("epochs", "updates");
        assertThat(contrasts).extracting(BatchContrasts::reference).containsExactly(8L, 64L);
        // What the other recipe tests changes nothing.
        assertThat(contrasts.get(0).ofRuns().get(0))
                .isEqualTo(only(study()).ofRuns().get(0));
        assertThat(contrasts.get(1).ofRuns().get(0).tests()).isOne();
        assertThat(contrasts.get(1).ofProbe("label-memory").get(0).rows())
                .extracting(Contrast.Row::batchSize)
                .containsExactly(64L);
    }

    @Test
    void findingsSayOfWhichVariantTheyAre() {
        List<FindingRecord> differences = Findings.of(budgets()).stream()
                .filter(finding -> finding.finding().equals("test_accuracy_difference"))
                .toList();
        assertThat(differences).extracting(FindingRecord::batchSize).containsExactly(64L, 256L, 256L);
        assertThat(differences.get(1).detail())
                .startsWith("With epochs: batch 256: the test accuracy is 10.50 points below batch 8 (");
        assertThat(differences.get(2).detail())
                .startsWith("With updates: batch 256: the test accuracy is 3.50 points above batch 64 (")
                .contains("after Holm for 1 test ");
        assertThat(Findings.of(budgets()))
                .filteredOn(finding -> finding.finding().equals("memorized_label_share"))
                .extracting(FindingRecord::detail)
                .containsExactly(
                        "With epochs: batch 8: the network has learned 50.00 % of the wrong labels that it was given.",
                        "With updates: batch 64: the network has learned 25.00 % of the wrong labels that it was given.");
    }

    private static String detail(List<FindingRecord> findings, String name, long batch) {
        return findings.stream()
                .filter(finding -> finding.finding().equals(name) && Objects.equals(finding.batchSize(), batch))
                .map(FindingRecord::detail)
                .reduce((one, other) -> {
                    throw new AssertionError("two findings " + name + " at batch " + batch);
                })
                .orElseThrow();
    }
}
