package io.batchscope.spark;

import io.batchscope.collective.Gathering;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.SparkEnv;

/**
 * Spark's own gathering of one message of each task of a barrier stage, by way of the driver. The task itself must have
 * called it once before, and must not again.
 */
final class DriverGathering implements Gathering {
    /** Longer pieces are hardly quicker, but the driver holds one of each rank. */
    private static final int MOST_CHARACTERS = 4 << 20;

    private final BarrierTaskContext context;
    private final int longestMessage;

    DriverGathering(BarrierTaskContext context) {
        this.context = context;
        // The answer holds all ranks' messages. Half of the room is for what Spark puts around them.
        long answerBytes = SparkEnv.get().conf().getInt("spark.rpc.message.maxSize", 128) * (1L << 20) / 2;
        longestMessage = (int) Math.min(answerBytes / context.numPartitions(), MOST_CHARACTERS);
    }

    /** Spark sleeps for a second between looks at the answer, unless it is interrupted. */
    @Override
    public List<String> gather(String message) {
        return Arrays.asList(context.allGather(message));
    }

    @Override
    public int longestMessage() {
        return longestMessage;
    }

    /**
     * Spark gives up when the task is killed, or after a year. A round that is not complete when the stage ends never
     * will be; by then nobody else looks at the context.
     */
    @Override
    public void abandon() {
        CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS).execute(() -> {
            if (context.isCompleted()) {
                context.markInterrupted("the rank has ended");
            } else {
                abandon();
            }
        });
    }
}
