package io.batchscope.cli;

import io.batchscope.report.HtmlReport;
import io.batchscope.report.ReportHeader;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.result.StudyTables;
import io.batchscope.spark.StudyFiles;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Renders a study's report from its tables. */
final class StudyReports {
    private StudyReports() {}

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
