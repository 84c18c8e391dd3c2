package io.batchscope.cli;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyStatus;
import io.batchscope.spark.StudyFiles;
import io.batchscope.study.StudyListener;
import java.time.Instant;

/** Keeps {@code status.json} true while a study runs, and passes everything on to the progress display. */
record StatusListener(StudyProgress progress, StudyFiles files, Instant startedAt) implements StudyListener {
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
    public void onProgress(RunPlan plan, long stepsDone) {
        progress.onProgress(plan, stepsDone);
    }

    @Override
    public void onRunFinished(RunPlan plan, RunRecord row) {
        progress.onRunFinished(plan, row);
    }
}
