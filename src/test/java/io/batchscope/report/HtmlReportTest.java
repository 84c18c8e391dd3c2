package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.analysis.Findings;
import io.batchscope.analysis.LawStudy;
import io.batchscope.analysis.MemoryComparison;
import io.batchscope.analysis.Oscillations;
import io.batchscope.analysis.RateRows;
import io.batchscope.analysis.RunFixture;
import io.batchscope.analysis.StudyAnswers;
import io.batchscope.analysis.StudySummary;
import io.batchscope.analysis.TimeComparison;
import io.batchscope.analysis.UsualAdvice;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HtmlReportTest {
    private static final String DATA_START = "<script type=\"application/json\" id=\"chart-data\">";

    @Test
    void showsEveryCellOfEveryTable() {
        StudyTables tables = SampleStudy.tables(false);
        List<FindingRecord> findings = Findings.of(tables);
        StudySummary summary = StudySummary.of(tables);
        StudyAnswers answers = StudyAnswers.of(summary, tables);
        LawTables laws = new LawTables(summary, answers.laws());

        String page = withoutScripts(HtmlReport.render(tables, findings, SampleStudy.HEADER));

        Stream.of(
                        ReportTables.results(summary),
                        ReportTables.losses(summary, Oscillations.of(tables)),
                        ReportTables.speed(summary),
                        ReportTables.target(summary),
                        RecommendationTable.of(summary, answers.recommendations()),
                        laws.updates(),
                        laws.seconds(),
                        laws.targetNumbers(),
                        laws.updateTimes(),
                        laws.updateNumbers(),
                        HardwareTables.arithmetic(summary),
                        HardwareTables.memory(MemoryComparison.of(tables)),
                        HardwareTables.time(TimeComparison.of(tables)),
                        ReportTables.advice(UsualAdvice.of(tables)),
                        ReportTables.findings(findings),
                        RunTables.runs(tables.runs()),
                        Provenances.of(tables.runs(), null))
                .peek(table -> assertThat(table.rows()).isNotEmpty())
                .flatMap(table -> table.rows().stream())
                .flatMap(List::stream)
                .forEach(cell -> assertThat(page).contains(">" + escaped(cell) + "</td>"));
        assertThat(page).contains("State SUCCEEDED: 18 of 18 planned runs ended.", "<b>17</b> Completed");
        assertThat(page).contains("4 March 2026 at 05:06 UTC");
    }

    @Test
    void saysAtTheTopThatTrainingLabelsWereChanged() {
        assertThat(top(tables(run(8, 1).with("labelNoise", 0.1), run(64, 1).with("labelNoise", 0.1))))
                .contains("Training labels were changed: 10 % of the training examples have a wrong label on purpose"
                        + " (data.label-noise).");
        assertThat(top(tables(run(8, 1).with("labelNoise", 0.0)))).doesNotContain("Training labels were changed");
        assertThat(top(tables(run(8, 1).with("labelNoise", null)))).doesNotContain("Training labels were changed");
    }

    private static String top(StudyTables tables) {
        return withoutScripts(page(tables));
    }

    @Test
    void showsWhatGpusDidWhereThereAreAny() {
        assertThat(top(tables(run(8, 1).with("gpuUtilization", 0.375).with("gpuMemoryBytes", 3L << 20))))
                .contains("GPU busy (%)", ">37.5</td>", ">3.0</td>");
        assertThat(top(tables(run(8, 1)))).doesNotContain("GPU busy", "GPUs");
        assertThat(top(tables(run(8, 1).with("gpuDevices", "rank 0: host-a GPU 0 (Sample GPU, GPU-1)"))))
                .contains(">GPUs</td>", ">rank 0: host-a GPU 0 (Sample GPU, GPU-1)</td>");
    }

    @Test
    void showsTheGainsOfAdaScale() {
        assertThat(top(tables(run(64, 1).with("adascaleGain", 2.75)))).contains(">Gain</th>", ">2.75</td>");
    }

    @Test
    void summarizesInThreeToSixSentences() {
        StudyTables tables = SampleStudy.tables(false);
        String page = withoutScripts(HtmlReport.render(tables, Findings.of(tables), SampleStudy.HEADER));
        String summary = page.substring(page.indexOf("<section class=\"summary\""), page.indexOf("</section>"));

        assertThat(summary.split("<p>", -1).length - 1).isBetween(3, 6);
        assertThat(summary).contains("Trained 18 runs on 54,000 examples at 6 batch sizes from 1 to 54,000.");
    }

    @Test
    void beginsWithWhatToTrainWith() {
        StudyTables tables = LawStudy.tables();
        List<FindingRecord> findings = Findings.of(tables);
        String overall = findings.stream()
                .filter(finding -> finding.finding().equals("recommended_batch_size"))
                .map(FindingRecord::detail)
                .findFirst()
                .orElseThrow();

        String page = withoutScripts(HtmlReport.render(tables, findings, SampleStudy.HEADER));

        assertThat(page)
                .containsSubsequence(
                        "aria-label=\"Summary\"",
                        "<p>Trained 15 runs",
                        "<p>" + escaped(overall),
                        "<h2>Recommendation</h2>",
                        "<h2>Results by batch size</h2>",
                        "<h2>What the target takes, by the laws</h2>",
                        "data-chart=\"updates-to-target\"",
                        "data-chart=\"seconds-to-target\"",
                        "data-chart=\"update-time\"");
    }

    @Test
    void saysNothingOfLawsWhereNoRunReachedATarget() {
        assertThat(top(tables(run(8, 1), run(64, 1))))
                .contains("<h2>Recommendation</h2>", "Which batch is fastest is not known: no run reached a target")
                .doesNotContain("by the laws</h2>", "Time of an update", "updates-to-target");
    }

    @Test
    void needsNoNetwork() {
        String page = withoutScripts(page(SampleStudy.tables(false)));

        assertThat(page).doesNotContain("http:", "https:", "src=", "@import", "url(");
    }

    @Test
    void staysUnderTwoMegabytes() {
        assertThat(page(SampleStudy.tables(false)).length()).isLessThan(2_000_000);
    }

    @Test
    void holdsBackMarkupInNames() throws Exception {
        String evil = "</script><script>alert('\u2028')</script><!--";
        StudyTables tables = new StudyTables(
                List.of(run(8, 1)
                        .with("study", evil)
                        .with("model", evil)
                        .with("hosts", evil)
                        .with("outcomeDetail", evil)
                        .with("runId", evil)
                        .toRecord()),
                List.of(),
                List.of(evaluation(evil, 0.5)),
                List.of());

        String page = HtmlReport.render(
                tables,
                List.of(new FindingRecord(evil, evil, null, null, null, null, evil, evil)),
                new ReportHeader(evil, Instant.EPOCH, evil, 1, null));

        assertThat(page).doesNotContain("<script>alert", "</script><!--", "\\u003c/script>alert(");
        assertThat(page).contains("&lt;/script&gt;&lt;script&gt;alert(");
        // Four scripts: the data, vega, vega-lite and ours.
        assertThat(page.split("</script>", -1)).hasSize(5);
        assertThat(embedded(page)
                        .path("data")
                        .path("evaluations")
                        .path(0)
                        .path("run")
                        .asText())
                .isEqualTo(evil);
    }

    @Test
    void saysThatNothingHasEndedYet() {
        String page = HtmlReport.render(
                tables(),
                List.of(),
                new ReportHeader("empty", Instant.EPOCH, "RUNNING", 18, SampleStudy.HEADER.provenance()));

        assertThat(page)
                .contains("No run of this study has ended yet, so there is nothing to show.")
                .contains("State RUNNING: 0 of 18 planned runs ended. This report shows an unfinished study")
                .contains("abc1234")
                .contains("not measured yet")
                .doesNotContain("<script", "All runs", "NaN");
    }

    @Test
    void showsAStudyOfWhichEveryRunDiverged() {
        String page = page(
                tables(run(8, 1).diverged(), run(8, 2).diverged(), run(64, 1).diverged()));

        assertThat(withoutScripts(page))
                .contains("all 2 diverged", "3 of 3 runs diverged", "<b>3</b> Diverged", "at step 7, loss Infinity")
                .contains("<td class=\"number\">–</td>")
                .doesNotContain("NaN", ">null<", "<figure");
    }

    @Test
    void showsLossesForRegression() throws Exception {
        String page = page(SampleStudy.tables(true));

        assertThat(withoutScripts(page))
                .contains("lowest test loss", "Validation loss by epoch", "Final training and test loss")
                .doesNotContain("Test accuracy", "Gap (points)", "NaN");
        JsonNode charts = embedded(page).path("charts");
        assertThat(charts.path("validation-by-epoch")
                        .path("encoding")
                        .path("y")
                        .path("title")
                        .asText())
                .isEqualTo("Validation loss");
        assertThat(charts.path("final-quality")
                        .path("encoding")
                        .path("y")
                        .path("title")
                        .asText())
                .isEqualTo("Loss");
    }

    @Test
    void writesWhatIsNotFiniteAsADash() throws Exception {
        StudyTables tables = new StudyTables(
                List.of(run(8, 1)
                        .with("testLoss", Double.NaN)
                        .with("trainLoss", Double.POSITIVE_INFINITY)
                        .toRecord()),
                List.of(),
                List.of(evaluation("r", Double.NaN)),
                List.of());

        String page = page(tables);

        assertThat(withoutScripts(page)).doesNotContain("NaN", "Infinity", "\uFFFD");
    }

    @Test
    void namesTheReplicasWhereTheTablesDo() {
        assertThat(page(tables(run(8, 1).with("replica", "fused"), run(8, 2).with("replica", "fused"))))
                .containsPattern("<td class=\"[a-z]*\">Replica</td><td class=\"[a-z]*\">fused</td>");
        assertThat(page(tables(run(8, 1).with("replica", "fused"), run(8, 2).with("replica", "dl4j"))))
                .contains(">dl4j · fused</td>");
        assertThat(page(tables(run(8, 1).with("replica", null))))
                .containsPattern("<td class=\"[a-z]*\">Replica</td><td class=\"[a-z]*\">–</td>");
    }

    @Test
    void isTheSameEveryTime() {
        assertThat(page(SampleStudy.tables(false))).isEqualTo(page(SampleStudy.tables(false)));
    }

    static String page(StudyTables tables) {
        return HtmlReport.render(tables, Findings.of(tables), SampleStudy.HEADER);
    }

    private static EvalRecord evaluation(String run, @Nullable Double accuracy) {
        return new EvalRecord("s", run, 8, 1, 1, 0.1, 8, 1.0, "validation", 1.0, accuracy);
    }

    private static JsonNode embedded(String page) throws Exception {
        int start = page.indexOf(DATA_START) + DATA_START.length();
        return new ObjectMapper().readTree(page.substring(start, page.indexOf("</script>", start)));
    }

    static String withoutScripts(String page) {
        return page.replaceAll("(?s)<script.*?</script>", "");
    }

    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    @Test
    void comparesRatesOnlyWhereASearchTriedSeveral() throws Exception {
        assertThat(withoutScripts(page(tables(run(8, 1).with("validationLoss", 0.5)))))
                .doesNotContain("Learning rates", "rate-loss");

        RateRows rows = new RateRows();
        for (double factor : new double[] {0.5, 1, 2}) {
            for (long seed : new long[] {1, 2}) {
                RunFixture run = run(8, seed)
                        .with("validationLoss", Math.abs(factor - 1) + 0.1 * seed)
                        .with("validationAccuracy", factor == 1 ? 0.9 : 0.6);
                rows.add(8, factor, seed, factor == 2 && seed == 2 ? run(8, 2).diverged() : run);
            }
        }
        String page = page(rows.tables());
        String text = withoutScripts(page);

        assertThat(text)
                .contains("<h2>Learning rates</h2>", "All rates tried", "0.1 (× 1)", "between others", "tuned")
                .contains("next is 0.05 (× 0.5), with a validation accuracy of 60.00 %")
                .contains("1 Completed, 1 Diverged");
        JsonNode data = embedded(page).path("data");
        assertThat(data.path("rateLosses")).hasSize(3);
        assertThat(data.path("rateLosses").get(1).path("rate").asDouble()).isEqualTo(0.1);
        assertThat(data.path("rateLosses").get(1).path("mean").asDouble()).isEqualTo(0.15);
        assertThat(data.path("rateLost")).hasSize(1);
        assertThat(embedded(page).path("charts").has("rate-loss")).isTrue();
        assertThat(withoutScripts(page(tables(run(8, 1))))).doesNotContain("Factor");
    }
}
