package io.batchscope.cli;

import io.batchscope.report.HtmlReport;
import io.batchscope.report.ReportHeader;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.result.StudyTables;
import io.batchscope.spark.StudyFiles;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Renders a study's report from its tables. */
final class StudyReports {
    private StudyReports() {}

    static String html(StudyFiles files, StudyTables tables, List<FindingRecord> findings, String study) {
        Optional<StudyStatus> status = files.readStatus();
        ReportHeader header = new ReportHeader(
                study,
                Instant.now(),
                status.map(s -> s.state().name()).orElse(null),
                status.map(s -> s.counts().planned()).orElse(null),
                null);
        return HtmlReport.render(tables, findings, header);
    }

    /** Writes it into the results directory and returns its address. */
    static String write(StudyFiles files, StudyTables tables, List<FindingRecord> findings, String study) {
        return files.writeReport(html(files, tables, findings, study));
    }
}
