package io.batchscope.train;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;

/** Observes a run on its first rank; cannot change it. */
public interface TrainingListener {
    /** Hears nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /** Before the first update, where that is not update 0: another process, now gone, did those before this one. */
    default void onContinued(long update) {}

    /**
     * After a failure that another attempt may mend.
     *
     * @param cause what happened
     * @param update where the next attempt begins
     * @param attempt its number, from 2
     * @param attempts how many there may be
     */
    default void onRestart(String cause, long update, int attempt, int attempts) {}

    /** After every update, cheap: how far the run is. */
    default void onProgress(long stepsDone) {}

    /** After an update whose row is kept. */
    default void onStep(StepRecord step) {}

    /** After a split was measured. */
    default void onEvaluation(EvalRecord evaluation) {}

    /** At the end, once. */
    default void onEnd(Outcome outcome) {}
}
