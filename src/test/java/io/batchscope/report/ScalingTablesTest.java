package io.batchscope.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.Findings;
import io.batchscope.analysis.ScalingEfficiency;
import io.batchscope.analysis.ScalingRows;
import io.batchscope.result.StudyTables;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScalingTablesTest {
    private static ScalingRows rows() {
        ScalingRows rows = new ScalingRows();
        for (long seed = 1; seed <= 2; seed++) {
            rows.run(64, 1, seed, 0.010 * seed).run(128, 1, seed, 0.020 * seed);
            rows.run(64, 4, seed, 0.008 * seed).run(128, 4, seed, 0.010 * seed).run(128, 2, seed, 0.0125 * seed);
        }
        return rows;
    }

    @Test
    void showBothKindsOfScaling() {
        Table table = ScalingTables.of(ScalingEfficiency.of(rows().tables()));

        assertThat(table.columns())
                .extracting(Table.Column::title)
                .containsExactly(
                        "Batch size",
                        "Workers",
                        "Processors",
                        "Examples a worker",
                        "Update (ms)",
                        "Weak efficiency (%)",
                        "Strong speedup",
                        "Strong efficiency (%)");
        assertThat(table.rows())
                .hasSize(5)
                .contains(List.of(
                        "128", "2", "2", "64", "18.8 ± 79.4", "80 (80 to 80)", "1.6 (1.6 to 1.6)", "80 (80 to 80)"))
                .contains(
                        List.of("64", "4", "2", "16", "12 ± 50.8", "–", "1.25 (1.25 to 1.25)", "31.3 (31.3 to 31.3)"));
    }

    @Test
    void sayWhichRowsAreOversubscribed() {
        assertThat(ScalingTables.note(ScalingEfficiency.of(rows().tables())))
                .contains("oversubscribed")
                .doesNotContain("whole runs");
    }

    @Test
    void tellModesApart() {
        StudyTables tables =
                rows().averaged(64, 1, 1, 10, 100).averaged(64, 2, 1, 8, 100).tables();

        Table table = ScalingTables.of(ScalingEfficiency.of(tables));

        assertThat(table.columns()).extracting(Table.Column::title).contains("Mode");
        assertThat(table.rows())
                .contains(
                        List.of("64", "parameter-averaging, every 8 steps", "2", "–", "32", "80", "–", "1.25", "62.5"));
        assertThat(ScalingTables.note(ScalingEfficiency.of(tables))).contains("whole runs");
    }

    @Test
    void areASectionOnlyWhereAStudyComparesWorkers() {
        StudyTables tables = rows().tables();

        assertThat(HtmlReport.render(tables, Findings.of(tables), SampleStudy.HEADER))
                .contains("<h2>Scaling over workers</h2>", "<td class=\"number\">1.25 (1.25 to 1.25)</td>");
        assertThat(HtmlReport.render(SampleStudy.tables(true), List.of(), SampleStudy.HEADER))
                .doesNotContain("Scaling over workers");
    }
}
