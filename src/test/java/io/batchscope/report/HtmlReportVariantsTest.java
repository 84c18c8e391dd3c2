package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static io.batchscope.report.HtmlReportTest.escaped;
import static io.batchscope.report.HtmlReportTest.page;
import static io.batchscope.report.HtmlReportTest.withoutScripts;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.Findings;
import io.batchscope.analysis.RunFixture;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sections that compare recipes and ways to synchronise. */
class HtmlReportVariantsTest {
    @Test
    void comparesWaysToSynchronise() {
        StudyTables tables = SampleModes.tables();
        StudySummary summary = StudySummary.of(tables);

        String page = withoutScripts(HtmlReport.render(tables, Findings.of(tables), SampleModes.HEADER));

        Stream.of(ModeTables.results(summary), ModeTables.cost(summary), RunTables.runs(tables.runs()))
                .peek(table -> assertThat(table.rows()).hasSizeGreaterThanOrEqualTo(16))
                .flatMap(table -> table.rows().stream())
                .flatMap(List::stream)
                .forEach(cell -> assertThat(page).contains(">" + escaped(cell) + "</td>"));
        assertThat(page)
                .contains("<h2>Ways to synchronise</h2>", "at 2 batch sizes from 64 to 512 in 8 ways to synchronise.")
                .contains("3 Failed: Deeplearning4j&#39;s shared training did not end within 600 s")
                .contains("parameter-averaging, every 64 steps", "32 examples an update, agreement every 4,096")
                .doesNotContain("NaN", ">null<");
        assertThat(page.split("is measured with synchronous; the section", -1)).hasSize(5);
    }

    @Test
    void comparesRecipes() {
        StudyTables tables = SampleRecipes.tables();
        StudySummary summary = StudySummary.of(tables);
        List<FindingRecord> findings = Findings.of(tables);

        String page = withoutScripts(HtmlReport.render(tables, findings, SampleRecipes.HEADER));

        Stream.of(RecipeTables.results(summary), RecipeTables.largest(summary, findings), RunTables.runs(tables.runs()))
                .peek(table -> assertThat(table.rows()).hasSizeGreaterThanOrEqualTo(5))
                .flatMap(table -> table.rows().stream())
                .flatMap(List::stream)
                .forEach(cell -> assertThat(page).contains(">" + escaped(cell) + "</td>"));
        assertThat(page)
                .contains("<h2>Recipes</h2>", "at 7 batch sizes from 64 to 8,192 by 5 recipes.")
                .contains("The largest batch size without a shown loss of quality: none 64, sqrt ")
                .contains("3 Diverged: at step 7, loss Infinity", ">32,768</td>", "Batch size in the end")
                .contains("<option value=\"4096\" selected>4,096</option>", "<option value=\"64\">64</option>")
                .doesNotContain("Ways to synchronise", ">Mode<", "NaN", ">null<");
        assertThat(page.split("is measured with none; the section “Recipes” compares all 5", -1))
                .hasSize(5);
        assertThat(page).contains("<h2>Against batch 64</h2>").contains("<h3>none</h3>", "<h3>AdaScale</h3>");
    }

    @Test
    void givesTheResultsOfARecipe() {
        StudyTables tables = tables(
                run(64, 1).with("runId", "a1").with("recipe", "a").with("testAccuracy", 0.80),
                run(64, 2).with("runId", "a2").with("recipe", "a").with("testAccuracy", 0.90),
                recipe("b", 1, 0.81).with("finalBatchSize", 256L).with("trainSeconds", 2.0),
                recipe("b", 2, 0.93).with("finalBatchSize", 1024L).with("trainSeconds", 4.0),
                recipe("b", 3, 0).with("runId", "lost").diverged());

        Table results = RecipeTables.results(StudySummary.of(tables));

        assertThat(results.columns())
                .extracting(Table.Column::title)
                .containsExactly(
                        "Batch size",
                        "Recipe",
                        "Peak rate",
                        "Batch size in the end",
                        "Updates",
                        "Epochs",
                        "Examples",
                        "Seconds",
                        "Test accuracy (%)",
                        "Minus a (points, 95 %)",
                        "Outcome");
        // 0.80 and 0.90: half 12.706 · 0.05; differences 0.01 and 0.03: half 12.706 · 0.01.
        assertThat(results.rows())
                .containsExactly(
                        List.of(
                                "64",
                                "a",
                                "0.1",
                                "–",
                                "160",
                                "10",
                                "10,240",
                                "–",
                                "85.00 ± 63.53",
                                "reference",
                                "Completed"),
                        List.of(
                                "64",
                                "b",
                                "0.1",
                                "256 to 1,024",
                                "160",
                                "10",
                                "10,240",
                                "3",
                                "87.00 ± 76.24",
                                "2.00 (-10.71 to 14.71, 2 seeds)",
                                "2 Completed, 1 Diverged: at step 7, loss Infinity"));
    }

    @Test
    void givesNoIntervalsOfRecipesWithOneSeed() {
        StudyTables tables = tables(
                run(64, 1).with("runId", "a").with("recipe", "a").with("testAccuracy", 0.8), recipe("b", 1, 0.7));

        assertThat(RecipeTables.results(StudySummary.of(tables)).rows().get(1))
                .contains("70.00", "-10.00 (1 seed)")
                .hasSize(10);
        assertThat(page(tables))
                .contains("The largest batch size without a shown loss of quality: a not known, b not known");
    }

    @Test
    void comparesRecipesAndModesOfOneStudy() {
        StudyTables tables = tables(
                recipe("b", 1, 0.7).with("syncMode", "synchronous"),
                run(64, 1).with("runId", "a").with("recipe", "a").with("syncMode", "synchronous"),
                run(64, 1).with("runId", "a2").with("recipe", "a").with("syncMode", "gradient-sharing"));

        assertThat(withoutScripts(page(tables)))
                .contains("<h2>Recipes</h2>", "<h2>Ways to synchronise</h2>", ">a; gradient-sharing</td>")
                .contains(">Recipe and mode</th>", "by 2 recipes in 2 ways to synchronise.")
                .contains("is measured with a; synchronous; the section “Recipes” compares all 2, “Ways to synchronise”"
                        + " all 2 modes.");
    }

    @Test
    void saysNothingOfRecipesWhereThereIsOne() {
        assertThat(withoutScripts(page(SampleStudy.tables(false)))).doesNotContain("Recipe", " recipe");
        assertThat(withoutScripts(page(SampleModes.tables()))).doesNotContain("Recipe", " recipe");
    }

    @Test
    void saysNothingOfModesWhereThereIsOne() {
        assertThat(withoutScripts(page(SampleStudy.tables(false))))
                .doesNotContain("Ways to synchronise", "ways to synchronise", ">Mode<", "reference");
    }

    private static RunFixture recipe(String name, long seed, double accuracy) {
        return run(64, seed)
                .with("runId", name + seed)
                .with("recipe", name)
                .with("recipeNumber", 1)
                .with("testAccuracy", accuracy);
    }
}
