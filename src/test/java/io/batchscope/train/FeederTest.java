package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.collective.LocalCollective;
import io.batchscope.data.Batch;
import io.batchscope.data.DataException;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.Outcome;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FeederTest {
    private static final int EXAMPLES = 103;
    private static final int FEATURES = 3;
    private static final String THREAD = "feeder-under-test";
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final ArrayExamples TRAIN = ArrayExamples.linear(EXAMPLES, FEATURES, 1);
    private static final ArrayExamples NOTHING = new ArrayExamples(List.of(), List.of());

    /** Examples of which somebody hears whenever features are copied. */
    private record Watched(Examples examples, IntConsumer watch) implements Examples {
        @Override
        public int size() {
            return examples.size();
        }

        @Override
        public int featureCount() {
            return examples.featureCount();
        }

        @Override
        public void copyFeatures(int index, float[] into, int offset) {
            watch.accept(index);
            examples.copyFeatures(index, into, offset);
        }

        @Override
        public int classOf(int index) {
            return examples.classOf(index);
        }

        @Override
        public float targetOf(int index) {
            return examples.targetOf(index);
        }
    }

    @AfterEach
    void leavesNoThread() {
        assertThat(threads()).isEmpty();
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith(THREAD) || name.startsWith("batchscope-feeder"))
                .toList();
    }

    private static RunPlan plan(long batchSize, int workers, long steps) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, 0.05)
                .withWorkers(workers)
                .plan();
    }

    private static Feeder feeder(boolean ahead, RunPlan plan, int rank, Examples examples) {
        MicroBatches source = new MicroBatches(plan, rank, plan.workers(), examples);
        return ahead ? Feeder.ahead(source, THREAD + rank, TIMEOUT) : Feeder.onDemand(source);
    }

    private static Examples owned(RunPlan plan, int rank) {
        return TRAIN.ownedBy(order(plan), rank, plan.workers());
    }

    private static EpochOrder order(RunPlan plan) {
        return new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
    }

    /** Every micro-batch of a rank in words: its place, then its targets. */
    private static List<String> fed(boolean ahead, RunPlan plan, int rank) throws InterruptedException {
        List<String> fed = new ArrayList<>();
        try (Feeder feeder = feeder(ahead, plan, rank, owned(plan, rank))) {
            for (long step = 0; step < plan.plannedSteps(); step++) {
                boolean last = false;
                while (!last) {
                    MicroBatch part = feeder.next();
                    fed.add(part.step() + "." + part.index() + " " + contents(part.batch()));
                    last = part.last();
                }
            }
        }
        return fed;
    }

    private static String contents(Batch batch) {
        return Arrays.toString(Arrays.copyOf(batch.targets(), batch.size()))
                + Arrays.toString(Arrays.copyOf(batch.features(), batch.size() * FEATURES));
    }

    /** The same worked out from the order of the epochs alone. */
    private static List<String> expected(RunPlan plan, int rank) {
        List<String> expected = new ArrayList<>();
        Examples own = owned(plan, rank);
        int[] share = new int[EXAMPLES];
        for (long step = 0; step < plan.plannedSteps(); step++) {
            int count = order(plan)
                    .epoch(plan.geometry().epochOf(step), rank, plan.workers())
                    .share(plan.geometry().startOf(step), plan.geometry().sizeOf(step), share);
            int parts = Math.max(1, (count + plan.microBatch() - 1) / plan.microBatch());
            for (int part = 0; part < parts; part++) {
                Batch batch = new Batch(plan.microBatch(), FEATURES);
                batch.fill(own, share, count * part / parts, count * (part + 1) / parts);
                expected.add(step + "." + part + " " + contents(batch));
            }
        }
        return expected;
    }

    @ParameterizedTest
    @CsvSource({"103, 1", "103, 3", "50, 1", "17, 2", "17, 5", "4, 1", "3, 2", "2, 3", "1, 1", "1, 4"})
    void givesTheMicroBatchesOfAllEpochsInOrder(long batchSize, int workers) throws Exception {
        // Two epochs and a bit; one with batch 1 would only take longer.
        long steps = Math.min(150, 2 * ((EXAMPLES + batchSize - 1) / batchSize) + 1);
        RunPlan plan = plan(batchSize, workers, steps);
        for (int rank = 0; rank < workers; rank++) {
            List<String> expected = expected(plan, rank);
            assertThat(fed(false, plan, rank)).isEqualTo(expected);
            assertThat(fed(true, plan, rank)).isEqualTo(expected);
        }
    }

    @Test
    void saysThatARankHasNoShareOfAnUpdate() throws Exception {
        assertThat(fed(true, plan(1, 4, 12), 2)).anyMatch(part -> part.endsWith(".0 [][]"));
    }

    @ParameterizedTest
    @CsvSource({"103, 1", "103, 3", "17, 3", "2, 3", "1, 1"})
    void trainsToTheSameBitsWithAndWithoutAThread(long batchSize, int workers) throws Exception {
        RunPlan plan = plan(batchSize, workers, 40);
        TrainedRun ahead = train(plan, true, TRAIN).get(0);
        TrainedRun onDemand = train(plan, false, TRAIN).get(0);
        assertThat(TrainedParameters.of(ahead)).isEqualTo(TrainedParameters.of(onDemand));
        assertThat(rows(ahead)).isEqualTo(rows(onDemand)).hasSize(40);
        assertThat(evaluations(ahead)).isEqualTo(evaluations(onDemand));
    }

    private static List<String> rows(TrainedRun run) {
        return run.stepRows().stream()
                .map(row -> row.step() + " " + row.examples() + " " + row.loss() + " " + row.gradientNorm())
                .toList();
    }

    private static List<String> evaluations(TrainedRun run) {
        return run.evalRows().stream()
                .map(row -> row.step() + " " + row.split() + " " + row.loss())
                .toList();
    }

    @Test
    void putsTheNextOneTogetherWhileTheCallerHasTheOneBefore() throws Exception {
        CountDownLatch ahead = new CountDownLatch(4);
        Examples watched = new Watched(TRAIN, index -> {
            if (onItsThread()) {
                ahead.countDown();
            }
        });
        try (Feeder feeder = feeder(true, plan(4, 1, 20), 0, watched)) {
            feeder.next();
            assertThat(ahead.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void needsNoThreadToGiveThemOnDemand() throws Exception {
        Examples watched = new Watched(TRAIN, index -> assertThat(onItsThread()).isFalse());
        RunPlan plan = plan(17, 1, 20);
        try (Feeder feeder = Feeder.of(new MicroBatches(plan, 0, 1, watched), THREAD, TIMEOUT)) {
            for (int i = 0; i < 20; i++) {
                feeder.next();
            }
            assertThat(threads()).isEmpty();
        }
    }

    private static boolean onItsThread() {
        return Thread.currentThread().getName().startsWith(THREAD);
    }

    @Test
    void decidesByTheFeaturesOfAMicroBatch() throws Exception {
        int few = Math.toIntExact(Feeder.AHEAD_FROM_FEATURES) / 4 - 1;
        for (int features : new int[] {few, few + 1}) {
            ArrayExamples wide = ArrayExamples.linear(EXAMPLES, features, 1);
            boolean ahead = features > few && Runtime.getRuntime().availableProcessors() > 1;
            try (Feeder feeder = Feeder.of(new MicroBatches(plan(8, 1, 99), 0, 1, wide), THREAD, TIMEOUT)) {
                feeder.next();
                assertThat(threads()).hasSize(ahead ? 1 : 0);
            }
        }
    }

    @Test
    void theTimesOfAnUpdateAreItsParts() throws Exception {
        for (boolean ahead : new boolean[] {true, false}) {
            TrainedRun run = train(plan(17, 1, 60), ahead, TRAIN).get(0);
            assertThat(run.dataSeconds()).isPositive();
            assertThat(run.computeSeconds()).isPositive();
            assertThat(run.dataSeconds() + run.computeSeconds() + run.syncSeconds())
                    .isLessThanOrEqualTo(run.trainSeconds());
            double rows = run.stepRows().stream()
                    .mapToDouble(row -> row.dataSeconds())
                    .sum();
            assertThat(rows).isBetween(run.dataSeconds() * 0.999999, run.dataSeconds() * 1.000001);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFaultInTheDataEndsTheRunWithItsCause(boolean ahead) {
        DataException fault = new DataException("example 40: unreadable; prepare the data again");
        RunPlan plan = plan(17, 1, 40);
        Examples faulty = new Watched(TRAIN, index -> {
            if (index == 40) {
                throw fault;
            }
        });
        assertThatThrownBy(() -> train(plan, ahead, faulty)).hasCause(fault);
        OutOfMemoryError error = new OutOfMemoryError("no room");
        Examples huge = new Watched(TRAIN, index -> {
            throw error;
        });
        assertThatThrownBy(() -> train(plan, ahead, huge)).hasCause(error);
    }

    @Test
    void aFaultAppearsAtTheMicroBatchThatHasIt() throws Exception {
        RunPlan plan = plan(4, 1, 10);
        int[] calls = new int[1];
        Examples faulty = new Watched(TRAIN, index -> {
            if (++calls[0] > 8) {
                throw new DataException("the third micro-batch");
            }
        });
        try (Feeder feeder = feeder(true, plan, 0, faulty)) {
            feeder.next();
            assertThat(feeder.next().step()).isEqualTo(1);
            assertThatThrownBy(feeder::next).isInstanceOf(DataException.class).hasMessage("the third micro-batch");
        }
    }

    /** Examples that nobody gets on the feeder's thread. */
    private static Examples stuck(CountDownLatch reached) {
        CountDownLatch never = new CountDownLatch(1);
        return new Watched(TRAIN, index -> {
            if (onItsThread()) {
                reached.countDown();
                await(never);
            }
        });
    }

    @Test
    void aWaitEndsAndNamesTheThread() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        MicroBatches source = new MicroBatches(plan(4, 1, 10), 0, 1, stuck(reached));
        try (Feeder feeder = Feeder.ahead(source, THREAD, Duration.ofMillis(50))) {
            assertThatThrownBy(() -> {
                        feeder.next();
                        assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
                        feeder.next();
                    })
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("micro-batch (" + THREAD + "): not put together within 0.05 s; "
                            + "see what that thread waits for, or raise the time-out");
        }
    }

    @Test
    void anInterruptEndsTheRunAndTheThread() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        Examples stuck = stuck(reached);
        RunPlan plan = plan(17, 1, 1_000_000_000);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<TrainedRun> run = threads.submit(() ->
                    loop(plan, 0, true, stuck, LocalCollective.of(1, TIMEOUT)).run());
            assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
            threads.shutdownNow();
            assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void noThreadOutlivesARunThatEndsEarly() throws Exception {
        RunPlan diverging =
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, EXAMPLES, 500, 5).plan();
        assertThat(train(diverging, true, TRAIN).get(0).outcome()).isInstanceOf(Outcome.Diverged.class);
        assertThat(threads()).isEmpty();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("stopped", e);
        }
    }

    private static List<TrainedRun> train(RunPlan plan, boolean ahead, Examples train) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(plan.workers());
        try {
            List<Collective> collectives = LocalCollective.of(plan.workers(), TIMEOUT);
            List<Future<TrainedRun>> ranks = new ArrayList<>();
            for (int i = 0; i < plan.workers(); i++) {
                int rank = i;
                Examples own = plan.workers() == 1 ? train : owned(plan, rank);
                ranks.add(threads.submit(
                        () -> loop(plan, rank, ahead, own, collectives).run()));
            }
            List<TrainedRun> runs = new ArrayList<>();
            for (Future<TrainedRun> rank : ranks) {
                runs.add(rank.get(60, TimeUnit.SECONDS));
            }
            return runs;
        } finally {
            threads.shutdownNow();
        }
    }

    private static StepLoop loop(RunPlan plan, int rank, boolean ahead, Examples own, List<Collective> collectives) {
        return new StepLoop(
                plan,
                new RankData(own, rank == 0 ? ArrayExamples.linear(9, FEATURES, 2) : NOTHING, NOTHING),
                new LinearReplica(FEATURES, 0.25f),
                collectives.get(rank),
                List.of(),
                TrainingListener.NONE,
                feeder(ahead, plan, rank, own));
    }
}
