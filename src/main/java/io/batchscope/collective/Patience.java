package io.batchscope.collective;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long a rank has waited within an operation, and for whom. A rank that waits tells those neighbours that may wait for it
 * in turn: the next one, which gets no elements, or the previous one, which cannot write, every eighth of the time-out, and
 * they pass it on. So all know the one rank that says nothing, which is the one to blame.
 *
 * <p>Who waits directly for a silent rank gives up after the time-out. Who has heard of another to blame leaves it to those
 * next to that one, whose notice is surer, and gives up by itself only after {@link #GRACE_NANOS} or an eighth of the time-out
 * more.
 *
 * <p>Only time in which this rank looked for itself counts. A rank that was held up, as on a machine with too much to do, could not
 * see that others were there, and it looks once more before it gives up.
 */
final class Patience {
    /** No rank. */
    static final int NOBODY = -1;

    private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final LongSupplier clock;
    private final long timeoutNanos;
    private final long intervalNanos;
    private final long graceNanos;
    private final long freshNanos;
    private final Talk previous;
    private final Talk next;
    private long lookedNanos;
    // All below are of the time that counts.
    private long nowNanos;
    private long renewedNanos;

    /** @param clock nanoseconds from any time on */
    Patience(int rank, int size, Duration timeout, LongSupplier clock) {
        this.clock = clock;
        timeoutNanos = timeout.toNanos();
        intervalNanos = timeoutNanos / 8;
        graceNanos = Math.max(GRACE_NANOS, intervalNanos);
        freshNanos = Math.max(GRACE_NANOS, timeoutNanos / 2);
        previous = new Talk(Math.floorMod(rank - 1, size));
        next = new Talk((rank + 1) % size);
    }

    /** An operation begins. */
    void begin() {
        lookedNanos = clock.getAsLong();
        progress(true, true);
    }

    /** The operation has come further: elements have gone to the next rank, or come from the previous one. */
    void progress(boolean sent, boolean received) {
        look();
        renewedNanos = nowNanos;
        if (sent) {
            next.start(nowNanos);
        }
        if (received) {
            previous.start(nowNanos);
        }
    }

    /** Lets the time since the last look count, as far as no more than a short wait lies between. */
    void look() {
        long readNanos = clock.getAsLong();
        nowNanos += Math.min(readNanos - lookedNanos, intervalNanos);
        lookedNanos = readNanos;
    }

    /** Since the operation came further, at the last look. */
    long spentNanos() {
        return nowNanos - renewedNanos;
    }

    /** Of the time-out; at least 0. */
    long leftNanos() {
        return Math.max(0, timeoutNanos - spentNanos());
    }

    /**
     * Whether it was over at the last look.
     *
     * @param cannotWrite whether this rank waits for the next one to read, else for the previous one to send
     */
    boolean isOver(boolean cannotWrite) {
        return spentNanos() >= limitNanos(cannotWrite);
    }

    /** Whom to blame; this rank itself if all others wait for it although it waits, too. */
    int waitedFor(boolean cannotWrite) {
        return waitedFor(talk(cannotWrite));
    }

    /** The previous rank says for whom it waits; for itself: that it does not wait. */
    void hearPrevious(int waitedForRank) {
        previous.hear(waitedForRank, nowNanos);
    }

    /** As {@link #hearPrevious}, the next rank. */
    void hearNext(int waitedForRank) {
        next.hear(waitedForRank, nowNanos);
    }

    /** Whom to name to the next rank, as it is time to tell it (again) that this one waits for elements; or {@link #NOBODY}. */
    int tellNext() {
        return tell(next, waitedFor(previous));
    }

    /** Whom to name to the previous rank, as it is time to tell it (again) that this one waits to write; or {@link #NOBODY}. */
    int tellPrevious() {
        return tell(previous, waitedFor(next));
    }

    /** Whether the next rank believes that this one waits. */
    boolean hasToldNext() {
        return next.hasTold();
    }

    /** Whether the previous rank believes that this one waits. */
    boolean hasToldPrevious() {
        return previous.hasTold();
    }

    /** How long nothing but a peer has to wake this rank; at least 0. */
    long nanosToWait(boolean cannotWrite) {
        return Math.max(0, Math.min(limitNanos(cannotWrite) - spentNanos(), intervalNanos / 2));
    }

    private Talk talk(boolean cannotWrite) {
        return cannotWrite ? next : previous;
    }

    private int waitedFor(Talk talk) {
        return talk.waitedFor(nowNanos - freshNanos);
    }

    private long limitNanos(boolean cannotWrite) {
        Talk talk = talk(cannotWrite);
        return waitedFor(talk) == talk.peer() ? timeoutNanos : timeoutNanos + graceNanos;
    }

    private int tell(Talk talk, int waitedFor) {
        if (!talk.isTimeToTell(waitedFor, nowNanos, intervalNanos)) {
            return NOBODY;
        }
        talk.tell(waitedFor, nowNanos);
        return waitedFor;
    }
}
