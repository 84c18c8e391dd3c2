package io.batchscope.cli;

import io.batchscope.analysis.Findings;
import io.batchscope.analysis.StudySummary;
import io.batchscope.config.LoadedConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.report.SummaryTable;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.Provenance;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.result.StudyTables;
import io.batchscope.spark.HadoopCheckpoints;
import io.batchscope.spark.ParquetResultStore;
import io.batchscope.spark.SparkSessions;
import io.batchscope.spark.StudyFiles;
import io.batchscope.study.RunRecords;
import io.batchscope.study.StudyOutcome;
import io.batchscope.study.StudyRunner;
import io.batchscope.study.TimeForecast;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.sql.SparkSession;

/** Carries a study out: trains what is left, writes findings and report, prints the summary. */
final class StudyRun {
    /** Above Spark's own hooks and the file systems', so that both are still there when ours runs. */
    private static final int HOOK_PRIORITY = 200;

    private final LoadedConfig loaded;
    private final StudySetup setup;
    private final StudyFiles files;
    private final HadoopCheckpoints checkpoints;
    private final ParquetResultStore store;
    private final StudyProgress progress;
    private final Instant startedAt = Instant.now();

    private StudyRun(
            LoadedConfig loaded,
            StudySetup setup,
            StudyFiles files,
            HadoopCheckpoints checkpoints,
            ParquetResultStore store,
            StudyProgress progress) {
        this.loaded = loaded;
        this.setup = setup;
        this.files = files;
        this.checkpoints = checkpoints;
        this.store = store;
        this.progress = progress;
    }

    /**
     * Opens Spark, runs the study, closes Spark.
     *
     * @param fresh whether to move earlier results aside first
     * @return the exit code
     */
    static int execute(LoadedConfig loaded, boolean fresh) {
        SparkSession session = SparkSessions.open(
                loaded.config().sync().timeoutSeconds(), loaded.config().gpu().ranksPerDevice());
        try {
            StudySetup setup = StudySetup.of(session, loaded);
            System.err.print(setup.replicaLine() + setup.gpuLines());
            setup.plan().notices().forEach(notice -> System.err.println("note: " + notice));
            String output = loaded.config().output();
            if (fresh) {
                ResultsAside.move(session, output);
            }
            StudyFiles files = new StudyFiles(session, output);
            try (ParquetResultStore store = new ParquetResultStore(session, output)) {
                StudyProgress progress = new StudyProgress(setup.plan(), setup.devices(), System.err);
                HadoopCheckpoints checkpoints = HadoopCheckpoints.of(session, output);
                return new StudyRun(loaded, setup, files, checkpoints, store, progress).run(session);
            }
        } finally {
            session.stop();
        }
    }

    private int run(SparkSession session) {
        Provenance provenance = BuildInfo.provenance(
                loaded.hash(),
                Replicas.backend(
                        session,
                        SparkSessions.presentSlots(session),
                        setup.plan().replica().kind()),
                session.version());
        files.writeStudy(loaded.resolvedJson(), provenance, planned());
        StudyRunner runner = new StudyRunner(
                Engines.of(session, setup, checkpoints),
                store,
                setup.slots(),
                loaded.config().order(),
                new RunRecords(setup.model().facts(), provenance, setup.memory(), times(session)),
                (runId, parameters) -> files.writeModel(runId, setup.model().archive(parameters)),
                new StatusListener(progress, files, checkpoints, startedAt));
        Interruption interruption = new Interruption(runner);
        ShutdownHookManager.get().addShutdownHook(interruption, HOOK_PRIORITY);
        try {
            StudyOutcome outcome = runner.run(setup.plan());
            if (!outcome.stopped()) {
                store.compact();
            }
            finish(outcome);
            return outcome.exitCode();
        } catch (RuntimeException | Error e) {
            try {
                writeStatus(
                        StudyStatus.State.FAILED, progress.counts(), Errors.code(e), String.valueOf(e.getMessage()));
            } catch (RuntimeException unwritten) {
                e.addSuppressed(unwritten);
            }
            throw e;
        } finally {
            progress.close();
            // Before the JVM may halt: a lock left behind would have to be removed by hand on another host.
            store.close();
            interruption.over();
        }
    }

    /** Expected times of what is left to train by the step loop. A study must not fail because nobody can foretell it. */
    private TimeForecast times(SparkSession session) {
        Set<String> finished = store.finishedRuns();
        List<RunPlan> left = setup.plan().stepLoopRuns().stream()
                .filter(run -> !finished.contains(run.runId()))
                .toList();
        if (left.isEmpty()) {
            return TimeForecast.NONE;
        }
        try {
            return TimeSurvey.of(session, setup, left);
        } catch (Exception e) {
            // Spark throws its own checked exceptions without declaring them.
            System.err.println("warning: how long the runs take could not be measured, so it is not predicted: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
            return TimeForecast.NONE;
        }
    }

    private void finish(StudyOutcome outcome) {
        progress.close();
        StudyTables tables = StudyReports.only(planned(), store.read());
        List<FindingRecord> findings = Findings.of(tables);
        store.writeFindings(findings);
        String report = StudyReports.write(
                files,
                tables,
                findings,
                setup.plan().study(),
                outcome.state(),
                outcome.counts().planned());
        writeStatus(outcome.state(), outcome.counts(), outcome.exitCode(), message(outcome));
        forgetCheckpoints(tables);
        if (outcome.nothingToDo()) {
            System.out.println(
                    "All " + outcome.counts().planned() + " runs were done already; rendered the report again.");
        }
        System.out.print(SummaryTable.of(StudySummary.of(tables)));
        System.out.println("report: " + report);
        tables.runs().stream()
                .filter(run -> run.outcome().equals("Failed"))
                .forEach(run -> System.err.println("error: run failed (" + described(run) + ", seed " + run.seed()
                        + "): " + run.outcomeDetail() + "; mend it and give the same command again"));
    }

    private String described(RunRecord row) {
        return setup.plan().runs().stream()
                .filter(run -> run.runId().equals(row.runId()))
                .map(setup.plan()::describe)
                .findFirst()
                .orElse("batch " + row.batchSize());
    }

    /** Those that a killed command left between writing a run's rows and deleting its checkpoints. */
    private void forgetCheckpoints(StudyTables tables) {
        Set<String> ended = tables.runs().stream()
                .filter(run -> !run.outcome().equals("Failed"))
                .map(RunRecord::runId)
                .collect(Collectors.toSet());
        try {
            checkpoints.delete(setup.plan().runs().stream()
                    .filter(run -> ended.contains(run.runId()))
                    .toList());
        } catch (UncheckedIOException e) {
            System.err.println("warning: checkpoints of ended runs could not be deleted: " + e.getMessage());
        }
    }

    private Set<String> planned() {
        return setup.plan().runs().stream().map(RunPlan::runId).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String message(StudyOutcome outcome) {
        StudyStatus.Counts counts = outcome.counts();
        return counts.done() + " of " + counts.planned() + " runs trained to their end, " + counts.diverged()
                + " diverged, " + counts.failed() + " failed, " + counts.remaining() + " not run";
    }

    private void writeStatus(StudyStatus.State state, StudyStatus.Counts counts, int exitCode, String message) {
        files.writeStatus(new StudyStatus(state, counts, exitCode, startedAt, Instant.now(), message));
    }
}
