package io.batchscope.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.LawStudy;
import io.batchscope.analysis.Recommendation;
import io.batchscope.analysis.StudyAnswers;
import io.batchscope.analysis.StudySummary;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecommendationTableTest {
    private static Table of(StudyTables tables) {
        StudySummary summary = StudySummary.of(tables);
        return RecommendationTable.of(summary, StudyAnswers.of(summary, tables).recommendations());
    }

    @Test
    void hasARowForEachPurposeWithItsReasons() {
        Table table = of(LawStudy.tables());

        assertThat(table.rows()).hasSize(Recommendation.Purpose.values().length);
        List<String> fastest = table.rows().get(1);
        assertThat(fastest).startsWith("fastest", "256", "0.1", "0", "2");
        assertThat(fastest.get(6)).startsWith("Batch 256 at peak rate 0.1");
    }

    @Test
    void saysWhatWouldDecideWhereTheRunsCannot() {
        StudyTables whole = LawStudy.tables();
        StudyTables late = new StudyTables(
                whole.runs().stream().filter(run -> run.stepsToTarget() == null).toList(),
                whole.steps(),
                List.of(),
                List.of());

        List<String> fastest = of(late).rows().get(1);

        assertThat(fastest).startsWith("fastest", "–", "–", "–", "–", "–");
        assertThat(fastest.get(6)).startsWith("Which batch is fastest is not known");
    }

    @Test
    void namesTheVariantWhereThereAreSeveral() {
        Table table = of(LawStudy.tables(List.of("synchronous", "gradient-sharing")));

        assertThat(table.columns()).extracting(Table.Column::title).contains("Mode");
        assertThat(table.rows()).allSatisfy(row -> assertThat(row).hasSameSizeAs(table.columns()));
    }
}
