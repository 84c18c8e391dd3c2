package io.batchscope.data;

import java.util.Locale;

/** A part of a data set. */
public enum Split {
    TRAIN,
    VALIDATION,
    TEST;

    /** The name used in directories and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
