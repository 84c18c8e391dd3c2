package io.batchscope.train;

import java.util.concurrent.atomic.AtomicInteger;

/** Whether the ranks that train leave a processor of this machine free. */
final class Processors {
    private static final int AVAILABLE = Runtime.getRuntime().availableProcessors();
    private static final AtomicInteger TRAINING = new AtomicInteger();

    private Processors() {}

    /** A rank in this JVM begins to train. */
    static void occupy() {
        TRAINING.incrementAndGet();
    }

    /** It has ended. */
    static void release() {
        TRAINING.decrementAndGet();
    }

    /**
     * Whether fewer ranks train at this moment than there are processors for this JVM.
     *
     * @param sameRun ranks of the asking rank's run on this machine, those in other JVMs included
     */
    static boolean oneIsFree(int sameRun) {
        return Math.max(sameRun, TRAINING.get()) < AVAILABLE;
    }
}
