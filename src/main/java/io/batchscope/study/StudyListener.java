package io.batchscope.study;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyStatus;

/** Observes a study. What happens while a run is trained is told by the threads of the runs, all else by the study's own. */
public interface StudyListener {
    /** Hears nothing. */
    StudyListener NONE = new StudyListener() {};

    /** At the start, after every run, and at the end. */
    default void onStudy(StudyStatus.State state, StudyStatus.Counts counts) {}

    /** A run begins. */
    default void onRunStarted(RunPlan plan) {}

    /** A run goes on where an earlier command had to leave it, at this update. */
    default void onContinued(RunPlan plan, long update) {}

    /** A run failed and begins again at this update: attempt {@code attempt} of {@code attempts}. */
    default void onRestart(RunPlan plan, String cause, long update, int attempt, int attempts) {}

    /** How far a run is, in optimizer updates of {@link RunPlan#plannedSteps}. */
    default void onProgress(RunPlan plan, long stepsDone) {}

    /** A run's rows have been written. */
    default void onRunFinished(RunPlan plan, RunRecord row) {}
}
