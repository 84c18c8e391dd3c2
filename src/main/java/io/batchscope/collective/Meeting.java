package io.batchscope.collective;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the threads of a {@link LocalCollective} wait for each other and see what each has brought. What a rank did
 * before it came is seen by all that have waited for it.
 */
final class Meeting {
    /** Two cache lines, since processors fetch them in pairs: ranks then don't disturb each other's counters. */
    private static final int STRIDE = 128 / Long.BYTES;
    /** Ranks of a run are seldom further apart; being woken takes long beside a small update. Longer waits are left to the operating system. */
    private static final long SPIN_NANOS = 1_000_000;

    private final int size;
    private final Duration timeout;
    private final long spinNanos;
    private final AtomicLongArray comings;
    private final AtomicReferenceArray<Thread> parked;
    private final List<Brought> brought;
    private final AtomicReference<@Nullable String> fault = new AtomicReference<>();

    Meeting(int size, Duration timeout) {
        this.size = size;
        this.timeout = timeout;
        // With fewer processors than ranks, who spins keeps the one it waits for from running.
        spinNanos = Runtime.getRuntime().availableProcessors() < size ? 0 : SPIN_NANOS;
        comings = new AtomicLongArray(size * STRIDE);
        parked = new AtomicReferenceArray<>(size);
        brought = Stream.generate(Brought::new).limit(size).toList();
    }

    int size() {
        return size;
    }

    /**
     * A rank's ranges: its own to change before it comes, the others' to read from when all have come until it comes
     * again.
     */
    Brought of(int rank) {
        return brought.get(rank);
    }

    /** Comes, and waits until all have come as often; returns null, or what keeps them from it. */
    @Nullable
    String await(int rank) {
        String known = fault.get();
        if (known != null) {
            return known;
        }
        long coming = comings(rank) + 1;
        comings.set(rank * STRIDE, coming);
        wakeAll();
        long sinceNanos = System.nanoTime();
        for (int other = 0; other < size; other++) {
            // All being there goes before a fault: who came may have closed since. So the fault is looked at first.
            known = fault.get();
            while (comings(other) < coming) {
                if (known != null) {
                    return known;
                }
                pause(rank, other, coming, System.nanoTime() - sinceNanos);
                known = fault.get();
            }
        }
        return null;
    }

    /** From now on nobody waits; the first fault is what all are told. */
    void fail(String what) {
        fault.compareAndSet(null, what);
        wakeAll();
    }

    private long comings(int rank) {
        return comings.get(rank * STRIDE);
    }

    private void pause(int rank, int other, long coming, long waitedNanos) {
        if (waitedNanos < spinNanos) {
            Thread.onSpinWait();
        } else if (waitedNanos >= timeout.toNanos()) {
            fail(Wording.didNotAnswer(Wording.ranks(missing(coming)), timeout));
        } else if (Thread.currentThread().isInterrupted()) {
            fail(Wording.interrupted(rank));
        } else {
            parked.set(rank, Thread.currentThread());
            // Looked at once more: who came just before has not seen that this thread is about to park.
            if (comings(other) < coming && fault.get() == null) {
                LockSupport.parkNanos(this, timeout.toNanos() - waitedNanos);
            }
            parked.set(rank, null);
        }
    }

    private void wakeAll() {
        for (int rank = 0; rank < size; rank++) {
            Thread waiting = parked.get(rank);
            if (waiting != null) {
                LockSupport.unpark(waiting);
            }
        }
    }

    private List<Integer> missing(long coming) {
        return IntStream.range(0, size)
                .filter(rank -> comings(rank) < coming)
                .boxed()
                .toList();
    }
}
