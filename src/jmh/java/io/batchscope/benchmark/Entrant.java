package io.batchscope.benchmark;

/** Whoever has a column in a table of step times. */
public interface Entrant {
    /** Its name on the command line. */
    String label();

    /** Its name in tables. */
    String title();
}
