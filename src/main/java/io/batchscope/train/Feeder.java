package io.batchscope.train;

import io.batchscope.units.BatchTrajectory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the step loop of one rank: gives one micro-batch after the other. Large ones are put together by a thread of
 * its own while the loop computes with those before, also across updates and epochs, as long as the ranks leave a
 * processor free for it: otherwise it would only take turns with a rank, and make all others wait for that one. Small ones
 * are put together when they are asked for, as that takes less time than handing them over; so is one that the thread has
 * not begun by then. Both ways give the same micro-batches in the same order.
 *
 * <p>Buffers form a ring: the loop has one, the thread fills the others and rests until half of them are free again, since
 * waking a thread takes longer than filling a buffer. The thread starts with the first request and ends with
 * {@link #close}, with the run's last micro-batch, or with a failure, which {@link #next} then throws.
 */
final class Feeder implements AutoCloseable {
    /** From so many features in a micro-batch on, a thread puts them together. */
    static final long AHEAD_FROM_FEATURES = 16_384;

    /** Features that the ring holds, about; but never fewer than {@code LEAST_BUFFERS} micro-batches. */
    private static final long RING_FEATURES = 1 << 19;

    private static final int LEAST_BUFFERS = 2;
    private static final int MOST_BUFFERS = 32;
    private static final long CLOSE_MILLIS = 1_000;
    private static final long GLANCE_NANOS = 20_000;

    private final MicroBatches source;
    private final Duration timeout;
    private final MicroBatch[] ring;
    private final @Nullable Thread thread;
    private final BooleanSupplier processorIsFree;

    /** Held by whoever fills a buffer. */
    private final ReentrantLock filling = new ReentrantLock();

    private volatile long filled;
    private volatile long taken;
    private volatile boolean resting;
    private boolean started;

    private Feeder(
            MicroBatches source, @Nullable String threadName, Duration timeout, BooleanSupplier processorIsFree) {
        this.source = source;
        this.processorIsFree = processorIsFree;
        this.timeout = timeout;
        this.thread = threadName == null ? null : new Thread(this::fillAhead, threadName);
        this.ring = new MicroBatch[threadName == null ? 1 : buffers(source.featuresOfOne())];
        for (int i = 0; i < ring.length; i++) {
            ring[i] = source.newBuffer();
        }
    }

    /** Numbers per example. */
    int featureCount() {
        return source.featureCount();
    }

    /** Micro-batches of so many features that the ring has room for. */
    static int buffers(long features) {
        return (int) Math.max(LEAST_BUFFERS, Math.min(MOST_BUFFERS, RING_FEATURES / Math.max(1, features)));
    }

    /**
     * One that does what takes less time on this machine.
     *
     * @param ranksHere ranks of the run on this machine
     */
    static Feeder of(MicroBatches source, String threadName, Duration timeout, int ranksHere) {
        boolean ahead = source.featuresOfOne() >= AHEAD_FROM_FEATURES
                && ranksHere < Runtime.getRuntime().availableProcessors();
        return ahead ? ahead(source, threadName, timeout, () -> Processors.oneIsFree(ranksHere)) : onDemand(source);
    }

    /** One without a thread. */
    static Feeder onDemand(MicroBatches source) {
        return new Feeder(source, null, Duration.ZERO, () -> false);
    }

    /**
     * One with a thread.
     *
     * @param timeout the longest wait for a micro-batch
     * @param processorIsFree whether the thread may work; asked again and again
     */
    static Feeder ahead(MicroBatches source, String threadName, Duration timeout, BooleanSupplier processorIsFree) {
        return new Feeder(source, threadName, timeout, processorIsFree);
    }

    /**
     * Goes on with this update (from 0), in batches of these sizes; before the first call of {@link #next} or between two
     * updates, by the thread that takes them. What has been put together ahead is forgotten.
     */
    void change(BatchTrajectory trajectory, long update) throws InterruptedException {
        if (thread == null) {
            source.change(trajectory, update);
            return;
        }
        if (!filling.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
            throw late(thread);
        }
        try {
            source.change(trajectory, update);
            filled = taken;
        } finally {
            filling.unlock();
        }
    }

    /**
     * The run's next micro-batch; its buffer is the caller's until the next call.
     *
     * @throws InterruptedException if the calling thread is interrupted while it waits
     * @throws IllegalStateException if the wait exceeds the time-out
     */
    MicroBatch next() throws InterruptedException {
        if (thread == null) {
            source.nextOnDemand(ring[0]);
            return ring[0];
        }
        if (!started && processorIsFree.getAsBoolean()) {
            started = true;
            thread.setDaemon(true);
            thread.start();
        }
        long number = taken;
        // From here on the buffer of the micro-batch before is free.
        taken = number + 1;
        if (resting && filled - number <= ring.length / 2 && processorIsFree.getAsBoolean()) {
            resting = false;
            LockSupport.unpark(thread);
        }
        if (filled == number) {
            await(number, thread);
        }
        MicroBatch next = ring[(int) (number % ring.length)];
        next.check();
        return next;
    }

    /** Fills the buffer itself if the thread has not begun to, as when all processors compute; else waits for it. */
    private void await(long number, Thread feeding) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (filled == number) {
            if (filling.tryLock()) {
                try {
                    if (filled == number) {
                        fill(number, true);
                    }
                } finally {
                    filling.unlock();
                }
            } else if (Thread.interrupted()) {
                throw new InterruptedException("waiting for " + feeding.getName());
            } else if (System.nanoTime() > deadline) {
                throw late(feeding);
            } else {
                LockSupport.parkNanos(this, GLANCE_NANOS);
            }
        }
    }

    private IllegalStateException late(Thread feeding) {
        return new IllegalStateException("micro-batch (" + feeding.getName() + "): not put together within "
                + timeout.toMillis() / 1e3 + " s; see what that thread waits for, or raise the time-out");
    }

    private void fillAhead() {
        boolean more = true;
        while (more && !Thread.currentThread().isInterrupted()) {
            if (filled - taken >= ring.length - 1 || !processorIsFree.getAsBoolean()) {
                rest();
            } else {
                filling.lock();
                try {
                    more = source.hasNext() && !failed();
                    // The loop may have filled one meanwhile; the one that it works with is taken - 1.
                    if (more && filled - taken < ring.length - 1) {
                        fill(filled, false);
                    }
                } finally {
                    filling.unlock();
                }
            }
        }
    }

    private void rest() {
        resting = true;
        while (resting && !Thread.currentThread().isInterrupted()) {
            if (filled - taken <= ring.length / 2 - 1 && processorIsFree.getAsBoolean()) {
                // The loop may have looked just before it was said that this thread rests.
                resting = false;
            } else {
                LockSupport.park(this);
            }
        }
    }

    private boolean failed() {
        return filled > 0 && ring[(int) ((filled - 1) % ring.length)].failed();
    }

    /** Fills the buffer of micro-batch {@code number}; only with {@link #filling}. */
    private void fill(long number, boolean onDemand) {
        MicroBatch buffer = ring[(int) (number % ring.length)];
        try {
            if (onDemand) {
                source.nextOnDemand(buffer);
            } else {
                source.next(buffer);
            }
        } catch (RuntimeException e) {
            buffer.fail(e);
        } catch (Error e) {
            buffer.fail(e);
        }
        filled = number + 1;
    }

    /** Ends the thread and waits for its end, but not long for one that hangs. */
    @Override
    public void close() {
        if (thread == null) {
            return;
        }
        thread.interrupt();
        boolean interrupted = false;
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        for (long left = CLOSE_MILLIS; left > 0 && thread.isAlive(); left = millisUntil(deadline)) {
            try {
                thread.join(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static long millisUntil(long deadline) {
        return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
}
