package io.batchscope.train;

import io.batchscope.collective.LocalCollective;
import io.batchscope.plan.RunPlan;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ArrayExamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs whose ranks are threads, which write each checkpoint before the next update, and that can be killed at every
 * moment of which the first rank tells. Where there are several ranks, they are fed by threads of their own.
 */
record CheckpointedRanks(Supplier<Replica> replicas, ArrayExamples validation) {
    static final ArrayExamples NOTHING = new ArrayExamples(List.of(), List.of());

    /** What ends a run that is killed. */
    static final class Killed extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Counts what the first rank tells, and kills it at the event with a number. */
    static final class Events implements TrainingListener {
        private final int fatal;
        private int count;

        /** @param fatal from 1; 0: none */
        Events(int fatal) {
            this.fatal = fatal;
        }

        int count() {
            return count;
        }

        private void next() {
            count++;
            if (count == fatal) {
                throw new Killed();
            }
        }

        @Override
        public void onProgress(long stepsDone) {
            next();
        }

        @Override
        public void onStep(StepRecord step) {
            next();
        }

        @Override
        public void onEvaluation(EvalRecord evaluation) {
            next();
        }
    }

    /** Does what it is given at once. */
    static final class AtOnce extends AbstractExecutorService {
        private boolean ended;

        @Override
        public void execute(Runnable command) {
            command.run();
        }

        @Override
        public void shutdown() {
            ended = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            ended = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return ended;
        }

        @Override
        public boolean isTerminated() {
            return ended;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return ended;
        }
    }

    /** Trains from the store's latest checkpoint; false if the run was killed. */
    boolean survives(RunPlan plan, CheckpointStore store, Events events) throws Exception {
        try {
            train(plan, store, events);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Killed) {
                return false;
            }
            throw e;
        }
    }

    /** The runs of all ranks. */
    List<TrainedRun> train(RunPlan plan, CheckpointStore store, TrainingListener listener) throws Exception {
        int workers = plan.workers();
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            List<Future<TrainedRun>> ranks = new ArrayList<>();
            for (Collective collective : LocalCollective.of(workers, Duration.ofSeconds(20))) {
                ranks.add(threads.submit(() -> {
                    // Closing tells the others at once that this one is gone.
                    try (collective) {
                        return loop(plan, collective, store, listener).run();
                    }
                }));
            }
            List<TrainedRun> runs = new ArrayList<>();
            for (Future<TrainedRun> rank : ranks) {
                runs.add(rank.get(60, TimeUnit.SECONDS));
            }
            return runs;
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(20, TimeUnit.SECONDS);
        }
    }

    private StepLoop loop(RunPlan plan, Collective collective, CheckpointStore store, TrainingListener listener) {
        int rank = collective.rank();
        Replica replica = replicas.get();
        Checkpoint from =
                rank > 0 ? null : store.latest(plan, replica.parameterCount()).orElse(null);
        return new StepLoop(
                plan,
                new RankData(Feeding.owned(plan, rank), rank == 0 ? validation : NOTHING, NOTHING),
                replica,
                collective,
                List.of(),
                rank == 0 ? listener : TrainingListener.NONE,
                Feeding.feeder(plan.workers() > 1, plan, rank, Feeding.owned(plan, rank)),
                new Checkpointing(store, from),
                new AtOnce());
    }
}
