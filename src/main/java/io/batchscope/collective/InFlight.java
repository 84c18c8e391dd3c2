package io.batchscope.collective;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets sums of any collective go on while their rank does something else. Those that were begun are taken one after the
 * other, in order, by a thread that the first {@link #begin} starts and {@link #close} ends; all others by the caller's.
 *
 * <p>Used by one thread at a time; {@link #close} may come from any. Nothing is allocated from call to call.
 */
final class InFlight implements Collective {
    /** Sums that may be under way; a further one waits until the first is done. */
    static final int MOST = 64;

    private static final float[] NONE = {};

    private final Collective collective;
    private final Object lock = new Object();
    private final float[][] vectors = new float[MOST][];
    private final int[] froms = new int[MOST];
    private final int[] tos = new int[MOST];
    // All below are guarded by the lock. The sum at index `done mod MOST` is the one being taken.
    private long begun;
    private long done;
    private @Nullable Throwable failure;
    private @Nullable Thread thread;
    private boolean closed;

    InFlight(Collective collective) {
        this.collective = collective;
    }

    @Override
    public int rank() {
        return collective.rank();
    }

    @Override
    public int size() {
        return collective.size();
    }

    @Override
    public void allReduceSum(float[] values, int from, int to) {
        requireNoneInFlight();
        collective.allReduceSum(values, from, to);
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        requireNoneInFlight();
        collective.allReduceSum(values, from, to);
    }

    @Override
    public void allGather(int[] values, int[] starts) {
        requireNoneInFlight();
        collective.allGather(values, starts);
    }

    @Override
    public long sentBytes() {
        // What the sums in flight have sent is seen here once they are done.
        synchronized (lock) {
            return collective.sentBytes();
        }
    }

    @Override
    public void begin(float[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        synchronized (lock) {
            awaitAtMost(MOST - 1);
            throwIfFailed();
            if (closed) {
                throw new CollectiveException(Wording.closed("rank " + rank()));
            }
            int index = (int) (begun % MOST);
            vectors[index] = values;
            froms[index] = from;
            tos[index] = to;
            begun++;
            if (thread == null) {
                thread = new Thread(this::work, "sums in flight of rank " + rank());
                thread.setDaemon(true);
                thread.start();
            }
            lock.notifyAll();
        }
    }

    @Override
    public void finish() {
        synchronized (lock) {
            awaitAtMost(0);
            throwIfFailed();
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        // What is under way fails with this, and its thread ends.
        collective.close();
    }

    private void requireNoneInFlight() {
        synchronized (lock) {
            if (begun != done) {
                throw new IllegalStateException(
                        "rank " + rank() + " has sums in flight; call finish before another operation");
            }
            throwIfFailed();
        }
    }

    private void awaitAtMost(int inFlight) {
        boolean interrupted = false;
        while (begun - done > inFlight) {
            try {
                lock.wait();
            } catch (InterruptedException e) {
                interrupted = true;
                // Ends the sum, but the ranges are the caller's only once the thread has let go of them.
                if (thread != null) {
                    thread.interrupt();
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void throwIfFailed() {
        Throwable cause = failure;
        if (cause instanceof CollectiveException) {
            throw new CollectiveException(String.valueOf(cause.getMessage()), cause);
        }
        if (cause != null) {
            throw new CollectiveException("rank " + rank() + " could not take a sum: " + cause, cause);
        }
    }

    private void work() {
        while (awaitOne()) {
            // The slot stays untouched until the sum is done.
            int index = (int) (done % MOST);
            Throwable thrown = sum(index);
            synchronized (lock) {
                vectors[index] = NONE;
                failure = thrown;
                done = thrown == null ? done + 1 : begun;
                if (done == begun) {
                    // An interruption that came too late is not for the next sum.
                    Thread.interrupted();
                }
                lock.notifyAll();
            }
        }
    }

    /** Whether there is one; false after the end. */
    private boolean awaitOne() {
        synchronized (lock) {
            while (begun == done) {
                if (closed || failure != null) {
                    return false;
                }
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    // Came too late; only close ends this thread.
                }
            }
            return true;
        }
    }

    private @Nullable Throwable sum(int index) {
        try {
            collective.allReduceSum(vectors[index], froms[index], tos[index]);
            return null;
        } catch (RuntimeException | Error e) {
            return e;
        }
    }
}
