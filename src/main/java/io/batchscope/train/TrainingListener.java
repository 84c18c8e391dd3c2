package io.batchscope.train;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;

/** Observes a run on its first rank; cannot change it. */
public interface TrainingListener {
    /** Hears nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /** After every update, cheap: how far the run is. */
    default void onProgress(long stepsDone) {}

    /** After an update whose row is kept. */
    default void onStep(StepRecord step) {}

    /** After a split was measured. */
    default void onEvaluation(EvalRecord evaluation) {}

    /** At the end, once. */
    default void onEnd(Outcome outcome) {}
}
