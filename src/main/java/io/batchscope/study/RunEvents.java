package io.batchscope.study;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.TrainingListener;

/** What a run's engine tells, with the run's plan. */
record RunEvents(RunPlan plan, StudyListener listener) implements TrainingListener {
    @Override
    public void onContinued(long update) {
        listener.onContinued(plan, update);
    }

    @Override
    public void onRestart(String cause, long update, int attempt, int attempts) {
        listener.onRestart(plan, cause, update, attempt, attempts);
    }

    @Override
    public void onProgress(long stepsDone) {
        listener.onProgress(plan, stepsDone);
    }
}
