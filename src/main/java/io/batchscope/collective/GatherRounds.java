package io.batchscope.collective;

import io.batchscope.train.CollectiveException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A rank's part in the rounds of a {@link Gathering}, on a thread of its own: it brings what the rank offers, or says after
 * a while that the rank offers nothing yet. So those who wait learn for whom, and all learn in the same round who closed
 * and what failed. That round is the last one.
 */
final class GatherRounds {
    private static final char OFFER = 'o';
    private static final char IDLE = 'i';
    private static final char CLOSED = 'c';
    private static final char FAILED = 'f';
    private static final long MOST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_CLOSING_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LEAST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MOST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final int rank;
    private final List<Integer> others;
    private final Gathering gathering;
    private final Duration timeout;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable String offer;
    private @Nullable List<String> answer;
    private List<Integer> missing;
    private @Nullable String fault;
    private boolean gathers;
    private boolean closing;
    private boolean ended;

    GatherRounds(int rank, int size, Gathering gathering, Duration timeout) {
        this.rank = rank;
        this.gathering = gathering;
        this.timeout = timeout;
        others = IntStream.range(0, size).filter(r -> r != rank).boxed().toList();
        missing = others;
        thread = new Thread(this::run, "batchscope rounds of rank " + rank);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /**
     * Offers a message and waits until all ranks have offered theirs.
     *
     * @param operation for messages
     * @return all messages in rank order
     * @throws CollectiveException if one does not come in time, has closed or failed
     */
    List<String> exchange(String message, String operation) {
        lock.lock();
        try {
            offer = OFFER + message;
            answer = null;
            missing = others;
            changed.signalAll();
            long sinceNanos = System.nanoTime();
            while (answer == null && fault == null) {
                long waitedNanos = System.nanoTime() - sinceNanos;
                if (waitedNanos < timeout.toNanos()) {
                    changed.awaitNanos(pauseNanos(waitedNanos, timeout.toNanos()));
                    hurry();
                } else {
                    failLocked(Wording.didNotAnswer(Wording.ranks(missing), timeout));
                }
            }
            if (answer == null) {
                throw new CollectiveException(Wording.during(String.valueOf(fault), operation, rank));
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failLocked(Wording.interrupted(rank));
            throw new CollectiveException(Wording.during(Wording.interrupted(rank), operation, rank), e);
        } finally {
            offer = null;
            lock.unlock();
        }
    }

    /** Tells all ranks that it cannot go on; what failed first counts. */
    void fail(String what) {
        lock.lock();
        try {
            failLocked(what);
        } finally {
            lock.unlock();
        }
    }

    /** Tells all ranks that this one will not come again, and waits a moment for them to hear it. */
    void close() {
        if (!leave()) {
            gathering.abandon();
        }
    }

    private boolean leave() {
        boolean interrupted = false;
        lock.lock();
        try {
            closing = true;
            changed.signalAll();
            long sinceNanos = System.nanoTime();
            long mostNanos = Math.min(timeout.toNanos(), MOST_CLOSING_NANOS);
            for (long waited = 0; !ended && waited < mostNanos; waited = System.nanoTime() - sinceNanos) {
                try {
                    changed.awaitNanos(pauseNanos(waited, mostNanos));
                } catch (InterruptedException e) {
                    // The others still have to hear of it, or they wait for this rank until their time is out.
                    interrupted = true;
                }
                hurry();
            }
            return ended;
        } finally {
            failLocked(Wording.closed("rank " + rank));
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void run() {
        try {
            String own;
            do {
                own = next();
            } while (take(own, gathering.gather(own)));
        } catch (Exception | Error e) {
            fail("rank " + rank + " has lost the way to the others: " + e);
        } finally {
            end();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private String next() throws InterruptedException {
        lock.lock();
        try {
            long leftNanos = Math.min(timeout.toNanos() / 4, MOST_IDLE_NANOS);
            while (offer == null && fault == null && !closing && leftNanos > 0) {
                leftNanos = changed.awaitNanos(leftNanos);
            }
            gathers = true;
            if (fault != null) {
                return FAILED + fault;
            }
            if (closing) {
                return String.valueOf(CLOSED);
            }
            return offer == null ? String.valueOf(IDLE) : offer;
        } finally {
            lock.unlock();
        }
    }

    /** Takes what a round brought; returns whether there will be another. */
    private boolean take(String own, List<String> all) {
        lock.lock();
        try {
            gathers = false;
            // Interrupts come only while it gathers, and only to make that quicker.
            Thread.interrupted();
            String told = told(all);
            if (told != null) {
                failLocked(told);
                return false;
            }
            List<Integer> without = others.stream()
                    .filter(other -> all.get(other).charAt(0) != OFFER)
                    .toList();
            if (own.equals(offer)) {
                missing = without;
                if (without.isEmpty()) {
                    answer = all.stream().map(message -> message.substring(1)).toList();
                    offer = null;
                    changed.signalAll();
                }
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What went wrong on some rank, before who closed: who fails closes, too. */
    private static @Nullable String told(List<String> all) {
        for (String message : all) {
            if (message.charAt(0) == FAILED) {
                return message.substring(1);
            }
        }
        int closed = IntStream.range(0, all.size())
                .filter(other -> all.get(other).charAt(0) == CLOSED)
                .findFirst()
                .orElse(-1);
        return closed < 0 ? null : Wording.closed("rank " + closed);
    }

    private void failLocked(String what) {
        if (fault == null) {
            fault = what;
            changed.signalAll();
        }
    }

    /** How long to wait before the gathering is woken (again): at first it is woken often, then less. */
    private static long pauseNanos(long waitedNanos, long mostNanos) {
        long pauseNanos = Math.min(Math.max(waitedNanos / 8, LEAST_PAUSE_NANOS), MOST_PAUSE_NANOS);
        return Math.min(pauseNanos, mostNanos - waitedNanos);
    }

    /** The gathering may look only now and then whether all are there: it shall look now. */
    private void hurry() {
        if (gathers && thread.getState() == Thread.State.TIMED_WAITING) {
            thread.interrupt();
        }
    }
}
