package io.batchscope.plan;

import java.util.Locale;

/** How the workers of a run agree on parameters; {@link Synchronization} has each one's settings. */
public enum SyncMode {
    /** The gradient of the whole global batch, summed over the workers at every update: exact. */
    SYNCHRONOUS,
    /** Every worker updates parameters of its own, which are averaged now and then. */
    PARAMETER_AVERAGING,
    /** Workers sum the large elements of their gradients and keep the rest for later. */
    GRADIENT_SHARING,
    /** Deeplearning4j's own ParameterAveragingTrainingMaster. */
    DL4J_PARAMETER_AVERAGING,
    /** Deeplearning4j's own SharedTrainingMaster. */
    DL4J_GRADIENT_SHARING;

    /** Whether Deeplearning4j itself trains, which goes with its own replica and one run at a time. */
    public boolean isDeeplearning4j() {
        return this == DL4J_PARAMETER_AVERAGING || this == DL4J_GRADIENT_SHARING;
    }

    /** The name used in configurations and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
