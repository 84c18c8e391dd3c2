package io.batchscope.study;

import io.batchscope.train.Parameters;

/** Keeps what a run has learnt. */
@FunctionalInterface
public interface ModelKeeper {
    /** Keeps nothing. */
    ModelKeeper NONE = (runId, parameters) -> {};

    /** Called once for each run that ended with usable parameters, before its rows are written. */
    void keep(String runId, Parameters parameters);
}
