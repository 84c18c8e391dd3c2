package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.spark.Attempt.Failed;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;

/** What Spark says of failures, in its own words, and what becomes of it. */
class AttemptTest {
    private static Failed failed(String message) {
        return Attempt.failed(new SparkException(message), rank -> "node" + rank);
    }

    @Test
    void aLostExecutorOfABarrierStageIsNamedAndMendable() {
        assertThat(failed("Job aborted due to stage failure: Could not recover from a failed barrier ResultStage. Most"
                        + " recent failure reason: Stage failed because barrier task ResultTask(3, 1) finished"
                        + " unsuccessfully.\nExecutorLostFailure (executor 1 exited caused by one of the running tasks)"
                        + " Reason: Command exited with code 137"))
                .isEqualTo(new Failed("rank 1 on node1 was lost (executor 1: Command exited with code 137)", true));
    }

    @Test
    void aTaskThatLostItsExecutorTooOftenIsMendable() {
        assertThat(failed("Job aborted due to stage failure: Task 0 in stage 4.0 failed 4 times, most recent failure:"
                        + " Lost task 0.3 in stage 4.0 (TID 12) (10.0.0.2 executor 7): ExecutorLostFailure (executor 7"
                        + " exited caused by one of the running tasks) Reason: worker lost\nDriver stacktrace:"))
                .isEqualTo(new Failed("rank 0 on node0 was lost (executor 7: worker lost)", true));
    }

    @Test
    void anExecutorWithoutMemoryWouldBeSoAgain() {
        String stage = "Stage failed because barrier task ResultTask(3, 0) finished unsuccessfully.\n"
                + "ExecutorLostFailure (executor 2 exited caused by one of the running tasks) Reason: ";
        assertThat(failed(stage + "Command exited with code 52").mendable()).isFalse();
        assertThat(failed(stage + "Container killed by YARN for exceeding physical memory limits.")
                        .mendable())
                .isFalse();
        assertThat(failed(stage + "Executor heartbeat timed out after 130012 ms")
                        .mendable())
                .isTrue();
    }

    @Test
    void whatWouldFailAgainIsNotMendable() {
        assertThat(failed("Task not serializable")).isEqualTo(new Failed("Task not serializable", false));
        assertThat(Attempt.failed(
                        new IllegalStateException("wrapped", new IllegalArgumentException("bad")), rank -> ""))
                .isEqualTo(new Failed("IllegalArgumentException: bad", false));
        assertThat(failed("Job 4 cancelled part of cancelled job group r1").mendable())
                .isFalse();
    }
}
