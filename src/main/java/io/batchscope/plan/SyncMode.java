package io.batchscope.plan;

import java.util.Locale;

/** How the workers of a run agree on parameters. */
public enum SyncMode {
    /** The gradient of the whole global batch, summed over the workers at every update: exact. */
    SYNCHRONOUS;

    /** The name used in configurations and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
