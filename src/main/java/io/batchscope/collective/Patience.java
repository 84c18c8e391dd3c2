package io.batchscope.collective;

import java.time.Duration;

/**
 * How long a rank has waited within an operation, and for whom. A rank that waits tells the next one for which rank, every
 * eighth of the time-out; that one passes it on. So a rank whose previous one waits itself knows who is to blame.
 */
final class Patience {
    private static final int BYTES = 2 * Integer.BYTES;

    private final int rank;
    private final int size;
    private final int previous;
    private final long timeoutNanos;
    private final long intervalNanos;
    private long renewedNanos;
    private long heardNanos;
    private long toldNanos;
    private boolean told;
    private boolean heard;
    private int heardRank;
    private int toldRank;

    Patience(int rank, int size, int previous, Duration timeout) {
        this.rank = rank;
        this.size = size;
        this.previous = previous;
        timeoutNanos = timeout.toNanos();
        intervalNanos = timeoutNanos / 8;
    }

    /** The operation has come further. */
    void renew() {
        renewedNanos = System.nanoTime();
        heard = false;
        told = false;
    }

    /** Since the operation came further. */
    long spentNanos() {
        return System.nanoTime() - renewedNanos;
    }

    /** Until patience is over; at least 0. */
    long leftNanos() {
        return Math.max(0, timeoutNanos - spentNanos());
    }

    boolean isOver() {
        return spentNanos() >= timeoutNanos;
    }

    /** The previous rank says that it waits itself. */
    void hear(RecordInput input) throws NonsenseException {
        if (input.length() != BYTES) {
            throw new NonsenseException("sent a record that cannot be read");
        }
        int waited = input.buffer().getInt(input.start());
        if (waited < 0 || waited >= size) {
            throw new NonsenseException("sent a record that cannot be read");
        }
        heardRank = waited;
        heardNanos = System.nanoTime();
        heard = true;
    }

    /** The previous rank, or the one for which that one waits if it has said so lately. */
    int waitedFor() {
        boolean lately = heard && System.nanoTime() - heardNanos < timeoutNanos / 2;
        return lately && heardRank != rank ? heardRank : previous;
    }

    /** Whether the next rank should hear (again) that this one waits. */
    boolean isTimeToTell() {
        return spentNanos() >= intervalNanos
                && (!told || toldRank != waitedFor() || System.nanoTime() - toldNanos >= intervalNanos);
    }

    /** Adds the record for the next rank. */
    void tell(RecordOutput output) {
        toldRank = waitedFor();
        toldNanos = System.nanoTime();
        told = true;
        int start = output.start();
        output.buffer().putInt(start, toldRank).putInt(start + Integer.BYTES, 0);
        output.end(RecordKind.WAITING, BYTES);
    }

    /** How long nothing but a peer has to wake this rank; at least 0. */
    long nanosToWait(boolean mayTell) {
        long untilTold = told ? toldNanos + intervalNanos - System.nanoTime() : intervalNanos - spentNanos();
        return Math.max(0, mayTell ? Math.min(leftNanos(), untilTold) : leftNanos());
    }
}
