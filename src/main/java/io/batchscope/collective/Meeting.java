package io.batchscope.collective;

import io.batchscope.train.CollectiveException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Where the threads of a {@link LocalCollective} wait for each other and see each other's vectors. */
final class Meeting {
    private static final Object NOTHING = new Object();

    private final int size;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final boolean[] arrived;
    private final Object[] vectors;
    private final int[] froms;
    private int arrivals;
    private long generation;
    // Of the operation that the first to arrive called.
    private int firstRank;
    private long number;
    private long length;
    private ElementType type = ElementType.FLOATS;
    private @Nullable String fault;

    Meeting(int size, Duration timeout) {
        this.size = size;
        this.timeout = timeout;
        arrived = new boolean[size];
        vectors = new Object[size];
        froms = new int[size];
        Arrays.fill(vectors, NOTHING);
    }

    int size() {
        return size;
    }

    /** A rank's vector; to be asked only between {@link #enter} and {@link #leave}. */
    Object vector(int rank) {
        return vectors[rank];
    }

    /** Where a rank's range starts in its vector. */
    int from(int rank) {
        return froms[rank];
    }

    /** Brings a vector and waits until all have brought theirs. */
    void enter(int rank, long operation, Object vector, int from, int count) {
        lock.lock();
        try {
            ElementType own = vector instanceof float[] ? ElementType.FLOATS : ElementType.DOUBLES;
            if (arrivals == 0) {
                firstRank = rank;
                number = operation;
                length = count;
                type = own;
            } else if (operation != number || count != length || own != type) {
                fail(Wording.mismatch(
                        "rank " + firstRank,
                        Wording.operation(number, length, type),
                        rank,
                        Wording.operation(operation, count, own)));
            }
            vectors[rank] = vector;
            froms[rank] = from;
            awaitOthers(rank, Wording.operation(operation, count, own));
        } finally {
            lock.unlock();
        }
    }

    /** Waits until all are done with the vectors. */
    void leave(int rank) {
        lock.lock();
        try {
            awaitOthers(rank, Wording.operation(number, length, type));
        } finally {
            lock.unlock();
        }
    }

    /** This rank will not come again. */
    void close(int rank) {
        lock.lock();
        try {
            fail(Wording.closed("rank " + rank));
        } finally {
            lock.unlock();
        }
    }

    private void awaitOthers(int rank, String operation) {
        throwIfFailed(rank, operation);
        arrived[rank] = true;
        arrivals++;
        if (arrivals == size) {
            arrivals = 0;
            Arrays.fill(arrived, false);
            generation++;
            changed.signalAll();
            return;
        }
        long mine = generation;
        long leftNanos = timeout.toNanos();
        try {
            while (mine == generation) {
                throwIfFailed(rank, operation);
                if (leftNanos <= 0) {
                    fail(Wording.didNotAnswer(Wording.ranks(missing()), timeout));
                } else {
                    leftNanos = changed.awaitNanos(leftNanos);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            fail(Wording.interrupted(rank));
            throw new CollectiveException(Wording.during(Wording.interrupted(rank), operation, rank), e);
        }
    }

    private List<Integer> missing() {
        return IntStream.range(0, size).filter(r -> !arrived[r]).boxed().toList();
    }

    private void fail(String what) {
        if (fault == null) {
            fault = what;
            changed.signalAll();
        }
    }

    private void throwIfFailed(int rank, String operation) {
        if (fault != null) {
            throw new CollectiveException(Wording.during(fault, operation, rank));
        }
    }
}
