package io.batchscope.cli;

import io.batchscope.analysis.Findings;
import io.batchscope.analysis.StudySummary;
import io.batchscope.data.DataException;
import io.batchscope.report.SummaryTable;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.ResultStoreException;
import io.batchscope.result.StudyStatus;
import io.batchscope.result.StudyTables;
import io.batchscope.spark.ParquetResultStore;
import io.batchscope.spark.SparkSessions;
import io.batchscope.spark.StudyFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Renders the report again from the Parquet tables, also of a study that is not finished. */
@Command(name = "report", description = "Renders the report again from a results directory.")
final class ReportCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "RESULTS", description = "A results directory.")
    private String results;

    @Option(names = "--output", paramLabel = "FILE", description = "Writes there instead of RESULTS/report.html.")
    private @Nullable Path output;

    @Override
    public Integer call() {
        SparkSession session = SparkSessions.open(SparkSessions.DEFAULT_TIMEOUT_SECONDS);
        try (ParquetResultStore store = ParquetResultStore.forReading(session, results)) {
            StudyFiles files = new StudyFiles(session, results);
            StudyTables all = store.read();
            StudyTables tables = files.plannedRuns()
                    .map(planned -> StudyReports.only(planned, all))
                    .orElse(all);
            if (tables.runs().isEmpty()) {
                throw new DataException("results '" + results + "' (RESULTS): hold no finished run; run 'study' first");
            }
            List<FindingRecord> findings = Findings.of(tables);
            String study = tables.runs().get(0).study();
            StudyStatus.@Nullable State state =
                    files.readStatus().map(StudyStatus::state).orElse(null);
            @Nullable
            Integer planned =
                    files.readStatus().map(status -> status.counts().planned()).orElse(null);
            String place;
            if (output == null) {
                place = StudyReports.write(files, tables, findings, study, state, planned);
            } else {
                Files.writeString(output, StudyReports.html(tables, findings, study, state, planned));
                place = output.toString();
            }
            System.out.print(SummaryTable.of(StudySummary.of(tables)));
            System.out.println("report: " + place);
            return ExitCode.DONE;
        } catch (IOException e) {
            throw new ResultStoreException(
                    "report file (" + output + "): cannot be written: " + e + "; choose another --output");
        } finally {
            session.stop();
        }
    }
}
