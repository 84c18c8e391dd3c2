package io.batchscope.cli;

/** Exit codes, which pipelines rely on. */
final class ExitCode {
    static final int DONE = 0;
    static final int UNEXPECTED = 1;
    /** Bad usage or configuration. */
    static final int USAGE = 2;

    static final int DATA = 3;
    /** The cluster cannot run this. */
    static final int CLUSTER = 4;
    /** Finished, but some run failed. */
    static final int SOME_FAILED = 5;

    static final int INTERRUPTED = 130;

    private ExitCode() {}
}
