package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.BatchContrasts;
import io.batchscope.analysis.Findings;
import io.batchscope.analysis.RunFixture;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContrastTablesTest {
    private static RunFixture scored(long batchSize, long seed, double accuracy, double loss) {
        return run(batchSize, seed).with("testAccuracy", accuracy).with("testLoss", loss);
    }

    private static StudyTables study() {
        StudyTables runs = RunFixture.tables(
                scored(8, 1, 0.90, 0.3), scored(8, 2, 0.92, 0.2), scored(64, 1, 0.87, 0.4), scored(64, 2, 0.90, 0.25));
        List<ProbeRecord> probes = new ArrayList<>();
        runs.runs().forEach(run -> {
            double shift = run.batchSize() == 8 ? 0 : 0.01 * run.seed();
            add(
                    probes,
                    run.runId(),
                    run.batchSize(),
                    run.seed(),
                    "calibration",
                    "test_expected_calibration_error",
                    0.02 + shift);
            add(
                    probes,
                    run.runId(),
                    run.batchSize(),
                    run.seed(),
                    "calibration",
                    "test_negative_log_likelihood",
                    0.5 + shift);
            add(probes, run.runId(), run.batchSize(), run.seed(), "label-memory", "fitted_share", 0.25 + shift);
        });
        return new StudyTables(runs.runs(), List.of(), List.of(), probes);
    }

    private static BatchContrasts only(StudyTables tables) {
        List<BatchContrasts> all = BatchContrasts.of(tables);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static void add(
            List<ProbeRecord> rows, String run, long batch, long seed, String probe, String metric, double value) {
        rows.add(new ProbeRecord("example", run, batch, seed, 10, probe, metric, value, null, "{}"));
    }

    @Test
    void holdsEveryMeasureAgainstTheSmallestBatch() {
        Table table = ContrastTables.plain(only(study()));
        assertThat(table.columns())
                .extracting(Table.Column::title)
                .containsExactly("Measure", "Batch size", "Mean", "Minus batch 8 (95 % interval)", "p", "p after Holm");
        assertThat(table.rows())
                .containsExactly(
                        List.of("Test loss", "8", "0.2500 ± 0.6353", "–", "–", "–"),
                        List.of(
                                "Test loss",
                                "64",
                                "0.3250 ± 0.9530",
                                "0.0750 (-0.2427 to 0.3927, 2 seeds)",
                                "0.205",
                                "0.205 (1 test)"),
                        List.of("Test accuracy (%)", "8", "91.00 ± 12.71", "–", "–", "–"),
                        List.of(
                                "Test accuracy (%)",
                                "64",
                                "88.50 ± 19.06",
                                "-2.50 points (-8.85 to 3.85, 2 seeds)",
                                "0.126",
                                "0.126 (1 test)"));
    }

    @Test
    void hasATableForEachProbeThatWasDone() {
        List<ContrastTables.ProbeTable> tables = ContrastTables.probes(only(study()));
        assertThat(tables)
                .extracting(ContrastTables.ProbeTable::title)
                .containsExactly("Calibration", "Memory of wrong labels");
        Table calibration = tables.get(0).table();
        assertThat(calibration.columns())
                .extracting(Table.Column::title)
                .containsExactly(
                        "Batch size",
                        "Test expected calibration error (points)",
                        "Test negative log likelihood",
                        "Test expected calibration error minus batch 8 (95 % interval)",
                        "p",
                        "p after Holm");
        assertThat(calibration.rows().get(1))
                .containsExactly(
                        "64",
                        "3.50 ± 6.35",
                        "0.5150 ± 0.0635",
                        "1.50 points (-4.85 to 7.85, 2 seeds)",
                        "0.205",
                        "0.205 (1 test)");
    }

    @Test
    void showsOfAProbeWhatItsTestIsAbout() {
        StudyTables study = study();
        List<ProbeRecord> probes = new ArrayList<>();
        for (String metric : List.of("accuracy_noise_0.5", "accuracy_mean", "accuracy_drop_mean", "loss_mean")) {
            add(probes, "r8-1", 8, 1, "corrupted-inputs", metric, 0.5);
        }
        for (String metric : List.of("accuracy_sigma_0.1", "accuracy_drop_sigma_0.1", "loss_increase_sigma_0.1")) {
            add(probes, "r8-1", 8, 1, "weight-noise", metric, 0.25);
        }
        List<ContrastTables.ProbeTable> tables =
                ContrastTables.probes(only(new StudyTables(study.runs(), List.of(), List.of(), probes)));
        assertThat(tables.get(0).table().columns())
                .extracting(Table.Column::title)
                .startsWith("Batch size", "Accuracy drop at σ = 0.1 (points)", "Loss increase at σ = 0.1")
                .hasSize(6);
        assertThat(tables.get(1).table().columns())
                .extracting(Table.Column::title)
                .startsWith("Batch size", "Accuracy noise 0.5 (%)", "Accuracy mean (%)", "Accuracy drop mean (points)")
                .hasSize(7);
    }

    @Test
    void theReportHasThem() {
        StudyTables tables = study();
        String page = HtmlReport.render(tables, Findings.of(tables), SampleStudy.HEADER);
        assertThat(page)
                .contains("<h2>Against batch 8</h2>", "<h2>Generalization under stress</h2>", "<h3>Calibration</h3>")
                .contains(">1.50 points (-4.85 to 7.85, 2 seeds)</td>");
    }

    private static RunFixture scored(String recipe, int number, long batchSize, long seed, double accuracy) {
        return scored(batchSize, seed, accuracy, 1 - accuracy)
                .with("runId", recipe + batchSize + "-" + seed)
                .with("recipe", recipe)
                .with("recipeNumber", number);
    }

    @Test
    void theReportHasATableForEachRecipeWhereThereAreSeveral() {
        StudyTables runs = RunFixture.tables(
                scored("epochs", 0, 8, 1, 0.90),
                scored("epochs", 0, 8, 2, 0.92),
                scored("epochs", 0, 64, 1, 0.87),
                scored("epochs", 0, 64, 2, 0.90),
                scored("updates", 1, 8, 1, 0.7).diverged(),
                scored("updates", 1, 64, 1, 0.91),
                scored("updates", 1, 256, 1, 0.94));
        List<ProbeRecord> probes = new ArrayList<>();
        runs.runs()
                .forEach(run ->
                        add(probes, run.runId(), run.batchSize(), run.seed(), "label-memory", "fitted_share", 0.25));
        StudyTables tables = new StudyTables(runs.runs(), List.of(), List.of(), probes);
        String page = HtmlReport.render(tables, Findings.of(tables), SampleStudy.HEADER);
        assertThat(page)
                .contains(
                        "<h2>Against the smallest batch</h2>",
                        "Differences are to the smallest batch with a run with that recipe")
                .contains("the number of batch sizes tested on that measure with that recipe (Holm)")
                .contains("<h3>epochs</h3>", "<h3>updates</h3>", "<h4>epochs</h4>", "<h4>updates</h4>")
                .contains(">Minus batch 8 (95 % interval)</th>", ">Minus batch 64 (95 % interval)</th>");
    }

    @Test
    void aStudyOfOneBatchSizeWithoutProbesHasNone() {
        StudyTables tables = RunFixture.tables(scored(8, 1, 0.9, 0.3));
        String page = HtmlReport.render(tables, Findings.of(tables), SampleStudy.HEADER);
        assertThat(page).doesNotContain("Against batch", "under stress");
    }
}
