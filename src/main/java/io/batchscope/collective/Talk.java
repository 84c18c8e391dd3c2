package io.batchscope.collective;

/**
 * What a rank and one of its neighbours have told each other about whom they wait for, since elements last passed between
 * them. Times are of the rank's own clock: see {@link Patience}.
 */
final class Talk {
    private static final int NOTHING = -1;

    private final int peer;
    private int heard = NOTHING;
    private long heardNanos;
    private int told = NOTHING;
    private long toldNanos;

    Talk(int peer) {
        this.peer = peer;
    }

    /** The neighbour's rank. */
    int peer() {
        return peer;
    }

    /** Elements have come from there or gone there: what was said before is over. */
    void start(long nowNanos) {
        heard = NOTHING;
        told = NOTHING;
        toldNanos = nowNanos;
    }

    /** The neighbour waits for {@code rank}; for itself: it does not wait. */
    void hear(int rank, long nowNanos) {
        heard = rank;
        heardNanos = nowNanos;
    }

    /** For whom a rank waits in the end if it waits for this neighbour; what was heard before {@code sinceNanos} is too old to count. */
    int waitedFor(long sinceNanos) {
        return heard == NOTHING || heardNanos < sinceNanos ? peer : heard;
    }

    /** The neighbour has been told. */
    void tell(int rank, long nowNanos) {
        told = rank;
        toldNanos = nowNanos;
    }

    /** Whether the neighbour believes that this rank waits for another one. */
    boolean hasTold() {
        return told != NOTHING;
    }

    /** Whether the neighbour should be told (again) that this rank waits for {@code rank}. */
    boolean isTimeToTell(int rank, long nowNanos, long intervalNanos) {
        return (hasTold() && told != rank) || nowNanos - toldNanos >= intervalNanos;
    }
}
