package io.batchscope.cli;

import io.batchscope.study.StudyRunner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Ctrl-C: tells the study to stop and gives it some seconds to write down where it stands. */
final class Interruption implements Runnable {
    private static final int GRACE_SECONDS = 15;

    private final StudyRunner runner;
    private final CountDownLatch over = new CountDownLatch(1);

    Interruption(StudyRunner runner) {
        this.runner = runner;
    }

    @Override
    public void run() {
        if (over.getCount() == 0) {
            return;
        }
        System.err.println("interrupted: stopping; the same command goes on from the last finished run");
        runner.stop();
        try {
            if (!over.await(GRACE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("interrupted: the study did not stop within " + GRACE_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The study has ended, one way or the other. */
    void over() {
        over.countDown();
    }
}
