package io.batchscope.cli;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.spark.HadoopCheckpoints;
import io.batchscope.spark.StudyFiles;
import io.batchscope.study.StudyListener;
import java.time.Instant;
import java.util.List;

/**
 * Keeps {@code status.json} true while a study runs, deletes the checkpoints of runs whose rows are written, and passes
 * everything on to the progress display.
 */
record StatusListener(StudyProgress progress, StudyFiles files, HadoopCheckpoints checkpoints, Instant startedAt)
        implements StudyListener {
    /** A run that failed goes on from its checkpoints when the study is started again. */
    private static final String FAILED = "Failed";

    @Override
    public void onStudy(StudyStatus.State state, StudyStatus.Counts counts) {
        progress.onStudy(state, counts);
        if (state == StudyStatus.State.RUNNING) {
            // The end is written last, with the exit code, when findings and report are there.
            try {
                files.writeStatus(new StudyStatus(state, counts, null, startedAt, Instant.now(), "at work"));
            } catch (RuntimeException e) {
                System.err.println("warning: status.json could not be written, the study goes on: " + e.getMessage());
            }
        }
    }

    @Override
    public void onRunStarted(RunPlan plan) {
        progress.onRunStarted(plan);
    }

    @Override
    public void onContinued(RunPlan plan, long update) {
        progress.onContinued(plan, update);
    }

    @Override
    public void onRestart(RunPlan plan, String cause, long update, int attempt, int attempts) {
        progress.onRestart(plan, cause, update, attempt, attempts);
    }

    @Override
    public void onProgress(RunPlan plan, long stepsDone) {
        progress.onProgress(plan, stepsDone);
    }

    @Override
    public void onRunFinished(RunPlan plan, RunRecord row) {
        if (!row.outcome().equals(FAILED)) {
            try {
                checkpoints.delete(List.of(plan));
            } catch (RuntimeException e) {
                System.err.println("warning: checkpoints of run " + plan.runId()
                        + " could not be deleted, the study goes on: " + e.getMessage());
            }
        }
        progress.onRunFinished(plan, row);
    }
}
