package io.batchscope.testing;

import io.batchscope.collective.LocalCollective;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.data.OwnedExamples;
import io.batchscope.plan.RunPlan;
import io.batchscope.train.Collective;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** The ranks of one run as threads of this JVM, which sum in memory. */
public final class RankThreads {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int MOST_SECONDS = 60;

    private RankThreads() {}

    /** What a rank does. */
    @FunctionalInterface
    public interface Body<T> {
        T run(Collective collective) throws Exception;
    }

    /**
     * Runs the body on all ranks at the same time.
     *
     * @return what came of each, in the order of ranks
     * @throws ExecutionException with what a rank threw as its cause, that of the first one that threw
     */
    public static <T> List<T> run(int ranks, Body<T> body) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ranks);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (Collective collective : LocalCollective.of(ranks, TIMEOUT)) {
                running.add(threads.submit(() -> {
                    // Closing tells the others at once if this one fails.
                    try (collective) {
                        return body.run(collective);
                    }
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> rank : running) {
                results.add(rank.get(MOST_SECONDS, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * Trains a plan, each rank on the examples that are its own.
     *
     * @param replicas makes the replica of a rank, on the rank's own thread, where it is closed in the end too
     */
    public static List<TrainedRun> train(
            RunPlan plan, Examples train, Examples validation, IntFunction<Replica> replicas) throws Exception {
        int workers = plan.workers();
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        EpochOrder dealt = new EpochOrder(Math.max(workers, validation.size()), workers, 0);
        return run(workers, collective -> {
            int rank = collective.rank();
            RankData data = new RankData(
                    OwnedExamples.of(train, order, rank, workers),
                    OwnedExamples.of(validation, dealt, rank, workers),
                    ArrayExamples.NONE);
            try (Replica replica = replicas.apply(rank)) {
                return new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE).run();
            }
        });
    }

    /** Likewise, with nothing to be measured on the way. */
    public static List<TrainedRun> train(RunPlan plan, Examples train, IntFunction<Replica> replicas) throws Exception {
        return train(plan, train, ArrayExamples.NONE, replicas);
    }
}
