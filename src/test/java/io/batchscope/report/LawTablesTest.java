package io.batchscope.report;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.LawStudy;
import io.batchscope.analysis.StudyAnswers;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class LawTablesTest {
    private static LawTables of(StudyTables tables) {
        StudySummary summary = StudySummary.of(tables);
        return new LawTables(summary, StudyAnswers.of(summary, tables).laws());
    }

    private static List<String> titles(Table table) {
        return table.columns().stream().map(Table.Column::title).toList();
    }

    @Test
    void haveARowForEachBatchSizeWithALowerEndWhereNoRunArrived() {
        Table updates = of(LawStudy.tables()).updates();

        assertThat(titles(updates))
                .startsWith("Batch size", "Runs", "Arrived", "Updates (median)")
                .contains("Statistical efficiency");
        assertThat(updates.rows()).extracting(row -> row.get(0)).containsExactly("16", "64", "256", "1,024", "8,192");
        assertThat(updates.rows().get(4).subList(1, 4)).containsExactly("3", "0", "> 90");
        assertThat(updates.rows().get(0).subList(1, 3)).containsExactly("3", "3");
        assertThat(updates.rows().get(0)).contains("perfect scaling");
    }

    @Test
    void haveADashWhereNoLawCanBeFitted() {
        LawTables laws = of(tables(
                run(8, 1).with("stepsToTarget", 100L).with("secondsToTarget", 2.),
                run(64, 1).with("stepsToTarget", 20L).with("secondsToTarget", 1.)));

        assertThat(laws.updates().rows())
                .containsExactly(
                        List.of("8", "1", "1", "100", "–", "–", "–", "–"),
                        List.of("64", "1", "1", "20", "–", "–", "–", "–"));
        assertThat(laws.seconds().rows()).isEmpty();
        assertThat(laws.targetNumbers().rows()).singleElement().satisfies(row -> assertThat(row)
                .startsWith("Critical batch size", "–")
                .anySatisfy(cell -> assertThat(cell).contains("the law needs at least 3 batch sizes")));
    }

    @Test
    void nameTheVariantWhereThereAreSeveral() {
        LawTables laws = of(LawStudy.tables(List.of("synchronous", "gradient-sharing")));

        for (Table table : List.of(laws.updates(), laws.seconds(), laws.updateTimes())) {
            assertThat(titles(table)).startsWith("Batch size", "Mode");
            assertThat(table.rows())
                    .hasSize(10)
                    .extracting(row -> row.get(1))
                    .contains("synchronous", "gradient-sharing");
        }
        assertThat(titles(laws.targetNumbers())).startsWith("Mode");
        assertThat(laws.targetNumbers().rows()).hasSize(8);
    }

    @Test
    void areEmptyWithoutATarget() {
        LawTables laws = of(tables(run(8, 1), run(64, 1)));

        assertThat(laws.updates().rows()).isEmpty();
        assertThat(laws.seconds().rows()).isEmpty();
        assertThat(laws.targetNumbers().rows()).isEmpty();
        assertThat(laws.updateTimes().rows()).isEmpty();
    }
}
