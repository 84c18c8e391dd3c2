package io.batchscope.cli;

import io.batchscope.analysis.NumberText;
import io.batchscope.report.HtmlReport;
import io.batchscope.report.ReportHeader;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.result.StudyTables;
import io.batchscope.spark.StudyFiles;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Renders a study's report from its tables. */
final class StudyReports {
    private StudyReports() {}

    /**
     * Without runs that the study's configuration does not plan: those of an earlier learning rate, say, would count as
     * further seeds of the same batch sizes.
     */
    static StudyTables only(Set<String> planned, StudyTables all) {
        StudyTables tables = all.only(planned);
        int others = all.runs().size() - tables.runs().size();
        if (others > 0) {
            System.err.println("note: the tables also hold " + NumberText.counted(others, "run")
                    + " that the study's configuration does not plan (other batch sizes, seeds or settings, another replica, or an earlier version);"
                    + " they stay in the tables, findings and report leave them out");
        }
        return tables;
    }

    /**
     * Renders it.
     *
     * @param state of the study; null if not known
     * @param plannedRuns null if not known
     */
    static String html(
            StudyTables tables,
            List<FindingRecord> findings,
            String study,
            StudyStatus.@Nullable State state,
            @Nullable Integer plannedRuns) {
        ReportHeader header =
                new ReportHeader(study, Instant.now(), state == null ? null : state.name(), plannedRuns, null);
        return HtmlReport.render(tables, findings, header);
    }

    /** Writes it into the results directory and returns its address. */
    static String write(
            StudyFiles files,
            StudyTables tables,
            List<FindingRecord> findings,
            String study,
            StudyStatus.@Nullable State state,
            @Nullable Integer plannedRuns) {
        return files.writeReport(html(tables, findings, study, state, plannedRuns));
    }
}
