package io.batchscope.train;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Feeds the step loop of one rank: gives one micro-batch after the other. Large ones are put together by a thread of
 * its own while the loop computes with the one before, also across updates and epochs; small ones when they are asked
 * for, as that takes less time than handing them over; so is one that the thread has not begun by then. Both ways give the same micro-batches in the same order.
 *
 * <p>Two buffers go to and fro: the loop has one, the thread the other. The thread starts with the first request and
 * ends with {@link #close}, with the run's last micro-batch, or with a failure, which {@link #next} then throws.
 */
final class Feeder implements AutoCloseable {
    /** From so many features in a micro-batch on, a thread puts them together. */
    static final long AHEAD_FROM_FEATURES = 16_384;

    private static final int BUFFERS = 2;
    private static final long CLOSE_MILLIS = 1_000;

    private final MicroBatches source;
    private final Duration timeout;
    private final BlockingQueue<MicroBatch> empty = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<MicroBatch> filled = new ArrayBlockingQueue<>(BUFFERS);
    private final @Nullable Thread thread;
    private MicroBatch current;
    private boolean started;

    private Feeder(MicroBatches source, @Nullable String threadName, Duration timeout) {
        this.source = source;
        this.timeout = timeout;
        this.current = source.newBuffer();
        this.thread = threadName == null ? null : new Thread(this::fillAhead, threadName);
    }

    /** One that does what takes less time on this machine. */
    static Feeder of(MicroBatches source, String threadName, Duration timeout) {
        boolean ahead = source.featuresOfOne() >= AHEAD_FROM_FEATURES
                && Runtime.getRuntime().availableProcessors() > 1;
        return ahead ? ahead(source, threadName, timeout) : onDemand(source);
    }

    /** One without a thread. */
    static Feeder onDemand(MicroBatches source) {
        return new Feeder(source, null, Duration.ZERO);
    }

    /**
     * One with a thread.
     *
     * @param timeout the longest wait for a micro-batch
     */
    static Feeder ahead(MicroBatches source, String threadName, Duration timeout) {
        return new Feeder(source, threadName, timeout);
    }

    /**
     * The run's next micro-batch; its buffer is the caller's until the next call.
     *
     * @throws InterruptedException if the calling thread is interrupted while it waits
     * @throws IllegalStateException if the wait exceeds the time-out
     */
    MicroBatch next() throws InterruptedException {
        if (thread == null) {
            source.next(current);
            return current;
        }
        if (!started) {
            started = true;
            empty.add(source.newBuffer());
            thread.setDaemon(true);
            thread.start();
        }
        MicroBatch next = take(thread);
        next.check();
        empty.add(current);
        current = next;
        return next;
    }

    private MicroBatch take(Thread filling) throws InterruptedException {
        MicroBatch ready = filled.poll();
        if (ready != null) {
            return ready;
        }
        MicroBatch untouched = empty.poll();
        if (untouched != null) {
            // The thread has not come to it, as when all processors compute. It uses the source only with a buffer.
            fill(untouched);
            return untouched;
        }
        MicroBatch awaited = filled.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        if (awaited == null) {
            throw new IllegalStateException("micro-batch (" + filling.getName() + "): not put together within "
                    + timeout.toMillis() / 1e3 + " s; see what that thread waits for, or raise the time-out");
        }
        return awaited;
    }

    /** The buffer that is the caller's until the next micro-batch is asked for. */
    MicroBatch idle() {
        return current;
    }

    private void fillAhead() {
        try {
            MicroBatch buffer = empty.take();
            while (source.hasNext()) {
                fill(buffer);
                filled.add(buffer);
                if (buffer.failed()) {
                    return;
                }
                buffer = empty.take();
            }
        } catch (InterruptedException closed) {
            // The run has ended, and with it this thread.
        }
    }

    private void fill(MicroBatch buffer) {
        try {
            source.next(buffer);
        } catch (RuntimeException e) {
            buffer.fail(e);
        } catch (Error e) {
            buffer.fail(e);
        }
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
