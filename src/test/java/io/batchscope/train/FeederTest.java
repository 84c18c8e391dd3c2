package io.batchscope.train;

import static io.batchscope.train.Feeding.EXAMPLES;
import static io.batchscope.train.Feeding.FEATURES;
import static io.batchscope.train.Feeding.THREAD;
import static io.batchscope.train.Feeding.TIMEOUT;
import static io.batchscope.train.Feeding.TRAIN;
import static io.batchscope.train.Feeding.feeder;
import static io.batchscope.train.Feeding.onItsThread;
import static io.batchscope.train.Feeding.order;
import static io.batchscope.train.Feeding.owned;
import static io.batchscope.train.Feeding.plan;
import static io.batchscope.train.Feeding.stuck;
import static io.batchscope.train.Feeding.threads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.Batch;
import io.batchscope.data.DataException;
import io.batchscope.data.Examples;
import io.batchscope.plan.RunPlan;
import io.batchscope.testing.ArrayExamples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeederTest {
    @AfterEach
    void leavesNoThread() {
        assertThat(threads()).isEmpty();
    }

    /** Every micro-batch of a rank in words: its place, then its targets. */
    private static List<String> fed(boolean ahead, RunPlan plan, int rank) throws InterruptedException {
        List<String> fed = new ArrayList<>();
        try (Feeder feeder = feeder(ahead, plan, rank, owned(plan, rank))) {
            for (long step = 0; step < plan.plannedSteps(); step++) {
                boolean last = false;
                while (!last) {
                    MicroBatch part = feeder.next();
                    fed.add(words(part));
                    last = part.last();
                }
            }
        }
        return fed;
    }

    private static String words(MicroBatch part) {
        return part.step() + "." + part.index() + " " + contents(part.batch());
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

    @Test
    void putsTheNextOneTogetherWhileTheCallerHasTheOneBefore() throws Exception {
        CountDownLatch ahead = new CountDownLatch(4);
        Examples watched = new Feeding.Watched(TRAIN, index -> {
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
        Examples watched =
                new Feeding.Watched(TRAIN, index -> assertThat(onItsThread()).isFalse());
        RunPlan plan = plan(17, 1, 20);
        try (Feeder feeder = Feeder.of(new MicroBatches(plan, 0, 1, watched), THREAD, TIMEOUT, 1)) {
            for (int i = 0; i < 20; i++) {
                feeder.next();
            }
            assertThat(threads()).isEmpty();
        }
    }

    @Test
    void decidesByTheFeaturesOfAMicroBatch() throws Exception {
        int few = Math.toIntExact(Feeder.AHEAD_FROM_FEATURES) / 4 - 1;
        for (int features : new int[] {few, few + 1}) {
            ArrayExamples wide = ArrayExamples.linear(EXAMPLES, features, 1);
            boolean ahead = features > few && Runtime.getRuntime().availableProcessors() > 1;
            try (Feeder feeder = Feeder.of(new MicroBatches(plan(8, 1, 99), 0, 1, wide), THREAD, TIMEOUT, 1)) {
                feeder.next();
                assertThat(threads()).hasSize(ahead ? 1 : 0);
            }
        }
    }

    @Test
    void leavesTheProcessorsToRanksThatNeedThemAll() throws Exception {
        RunPlan plan = plan(4, 1, 60);
        List<String> expected = expected(plan, 0);
        boolean[] free = new boolean[1];
        List<Boolean> besides = new CopyOnWriteArrayList<>();
        Examples watched = new Feeding.Watched(TRAIN, index -> besides.add(onItsThread()));
        List<String> fed = new ArrayList<>();
        try (Feeder feeder = Feeder.ahead(new MicroBatches(plan, 0, 1, watched), THREAD, TIMEOUT, () -> free[0])) {
            for (int step = 0; step < 20; step++) {
                fed.add(words(feeder.next()));
            }
            assertThat(threads()).isEmpty();
            assertThat(besides).hasSize(80).containsOnly(false);
            free[0] = true;
            for (int step = 20; step < 60; step++) {
                fed.add(words(feeder.next()));
                long limit = System.nanoTime() + TIMEOUT.toNanos();
                while (!besides.contains(true) && System.nanoTime() < limit) {
                    Thread.onSpinWait();
                }
            }
            assertThat(besides).contains(true);
        }
        assertThat(fed).isEqualTo(expected);
    }

    @Test
    void aRunThatFillsTheMachineGetsNoThread() throws Exception {
        int processors = Runtime.getRuntime().availableProcessors();
        int features = Math.toIntExact(Feeder.AHEAD_FROM_FEATURES);
        ArrayExamples wide = ArrayExamples.linear(EXAMPLES, features, 1);
        MicroBatches source = new MicroBatches(plan(4, 1, 99), 0, 1, wide);
        try (Feeder feeder = Feeder.of(source, THREAD, TIMEOUT, processors)) {
            feeder.next();
            assertThat(threads()).isEmpty();
        }
    }

    @Test
    void aFaultAppearsAtTheMicroBatchThatHasIt() throws Exception {
        RunPlan plan = plan(4, 1, 10);
        int[] calls = new int[1];
        Examples faulty = new Feeding.Watched(TRAIN, index -> {
            if (++calls[0] > 8) {
                throw new DataException("the third micro-batch");
            }
        });
        try (Feeder feeder = feeder(true, plan, 0, faulty)) {
            feeder.next().batch().features();
            MicroBatch second = feeder.next();
            assertThat(second.step()).isEqualTo(1);
            second.batch().features();
            assertThatThrownBy(() -> feeder.next().batch().features())
                    .isInstanceOf(DataException.class)
                    .hasMessage("the third micro-batch");
        }
    }

    @Test
    void aWaitEndsAndNamesTheThread() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        MicroBatches source = new MicroBatches(plan(4, 1, 10), 0, 1, stuck(reached));
        try (Feeder feeder = Feeder.ahead(source, THREAD, Duration.ofMillis(50), () -> true)) {
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
}
