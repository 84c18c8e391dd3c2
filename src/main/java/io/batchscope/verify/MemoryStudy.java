package io.batchscope.verify;

import io.batchscope.collective.LocalCollective;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.plan.ClusterFacts;
import io.batchscope.plan.DataFacts;
import io.batchscope.plan.FusedFacts;
import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.Planner;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.train.Collective;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
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
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A study on examples in memory: planned by the planner, trained by the step loop, its ranks threads of this process.
 *
 * @param laboratory reads the settings
 * @param train the training split
 * @param parameters of the model
 * @param replicas makes the model
 */
record MemoryStudy(Laboratory laboratory, Examples train, int parameters, ReplicaFactory replicas) {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int SLOTS = 8;

    /** Plain descent at one rate, on one worker; with these settings over that. */
    List<RunPlan> plan(String... settings) {
        List<String> all = Stream.concat(
                        Stream.of(
                                "name=verify",
                                "data.path=memory",
                                "optimizer.name=sgd",
                                "learning-rate.scaling=none",
                                "learning-rate.schedule=constant",
                                "learning-rate.warmup-shape=none",
                                "evaluation.every=100 %",
                                "evaluation.divergence-factor=1e30",
                                "measure.norms-every=never",
                                "measure.noise-every=never",
                                "sync.workers=1"),
                        Stream.of(settings))
                .toList();
        int features = train.featureCount();
        return Planner.plan(
                        laboratory.configuration(all),
                        new DataFacts("verify", Task.REGRESSION, train.size(), 1, 0, features, 1),
                        new ModelFacts("verify", "verify", parameters, features, 1, Task.REGRESSION, false, List.of()),
                        new ClusterFacts(SLOTS),
                        new FusedFacts(null, null))
                .runs();
    }

    /** Trains the one run that the settings ask for. */
    TrainedRun train(String... settings) {
        return train(plan(settings).get(0));
    }

    /** Trains a run of this study. */
    TrainedRun train(RunPlan plan) {
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        List<Collective> collectives = LocalCollective.of(plan.workers(), TIMEOUT);
        ExecutorService threads = Executors.newFixedThreadPool(plan.workers(), task -> {
            Thread thread = new Thread(task, "verify-rank");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<TrainedRun>> running = new ArrayList<>();
            for (Collective collective : collectives) {
                running.add(threads.submit(() -> rank(plan, order, collective)));
            }
            for (Future<TrainedRun> rank : running) {
                rank.get(TIMEOUT.toSeconds() * 10, TimeUnit.SECONDS);
            }
            return running.get(0).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("verify was interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("verify: a run did not end well: " + e, e);
        } finally {
            threads.shutdownNow();
        }
    }

    private TrainedRun rank(RunPlan plan, EpochOrder order, Collective collective) throws InterruptedException {
        int rank = collective.rank();
        int workers = plan.workers();
        // The validation split is one example, on the first rank.
        Examples one = new Owned(train, rank == 0 ? new int[] {0} : new int[0]);
        RankData data = new RankData(Owned.of(train, order, rank, workers), one, new Owned(train, new int[0]));
        try (collective;
                Replica replica = replicas.create(plan.seed(), plan.microBatch())) {
            return new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE).run();
        }
    }

    /** What a rank has of all examples. */
    private static final class Owned implements Examples {
        private final Examples all;
        private final int[] owned;

        Owned(Examples all, int[] owned) {
            this.all = all;
            this.owned = owned;
        }

        static Owned of(Examples all, EpochOrder order, int rank, int workers) {
            return new Owned(
                    all,
                    IntStream.range(0, Math.toIntExact(order.examples()))
                            .filter(i -> order.ownerOf(i, workers) == rank)
                            .toArray());
        }

        @Override
        public int size() {
            return owned.length;
        }

        @Override
        public int featureCount() {
            return all.featureCount();
        }

        @Override
        public void copyFeatures(int index, float[] into, int offset) {
            all.copyFeatures(owned[index], into, offset);
        }

        @Override
        public int classOf(int index) {
            return all.classOf(owned[index]);
        }

        @Override
        public float targetOf(int index) {
            return all.targetOf(owned[index]);
        }
    }
}
