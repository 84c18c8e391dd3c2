package io.batchscope.study;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyStatus;

/** Observes a study. {@link #onProgress} is called by the threads of the runs, the others by the study's own. */
public interface StudyListener {
    /** Hears nothing. */
    StudyListener NONE = new StudyListener() {};

    /** At the start, after every run, and at the end. */
    default void onStudy(StudyStatus.State state, StudyStatus.Counts counts) {}

    /** A run begins. */
    default void onRunStarted(RunPlan plan) {}

    /** How far a run is, in optimizer updates of {@link RunPlan#plannedSteps}. */
    default void onProgress(RunPlan plan, long stepsDone) {}

    /** A run's rows have been written. */
    default void onRunFinished(RunPlan plan, RunRecord row) {}
}
