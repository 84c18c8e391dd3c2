package io.batchscope.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.BarrierTaskContext;

/**
 * One gathering over the tasks of a barrier stage, called by the task itself. Spark looks for the answer once a second, and
 * whenever the waiting thread is interrupted; so that runs don't begin with an idle second, it is, in short intervals.
 */
final class BarrierRound {
    private static final long LEAST_PAUSE_MILLIS = 2;
    private static final long MOST_PAUSE_MILLIS = 100;

    private final Thread waiting = Thread.currentThread();
    private boolean over;

    private BarrierRound() {}

    /**
     * Gives every task's message to all, in order of the tasks.
     *
     * @throws org.apache.spark.TaskKilledException if the task was killed meanwhile
     */
    static List<String> gather(BarrierTaskContext context, String message) {
        BarrierRound round = new BarrierRound();
        Thread waker = new Thread(round::wake, "batchscope barrier waker");
        waker.setDaemon(true);
        waker.start();
        try {
            return Arrays.asList(context.allGather(message));
        } finally {
            round.end(context.isInterrupted());
        }
    }

    private void wake() {
        long pauseMillis = LEAST_PAUSE_MILLIS;
        do {
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException e) {
                return;
            }
            pauseMillis = Math.min(2 * pauseMillis, MOST_PAUSE_MILLIS);
        } while (interruptUnlessOver());
    }

    private synchronized boolean interruptUnlessOver() {
        if (!over) {
            waiting.interrupt();
        }
        return !over;
    }

    /** @param killed whether an interrupt that is still pending may be Spark's own */
    private synchronized void end(boolean killed) {
        over = true;
        if (!killed) {
            // It is this round's own; nobody else is to take it for a kill.
            boolean unused = Thread.interrupted();
        }
    }
}
