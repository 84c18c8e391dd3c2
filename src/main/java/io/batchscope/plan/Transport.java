package io.batchscope.plan;

import java.util.Locale;

/** How the workers of a run reach each other. All ways give the same bits. */
public enum Transport {
    /** In memory where all workers share a JVM, otherwise as {@link #RING}. */
    AUTO,

    /** Sockets from each worker to the next one. */
    RING,

    /** By way of Spark's driver: slow, but where tasks run at all, it works. */
    DRIVER;

    /** The name used in configurations. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
