package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.CheckpointPolicy;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CheckpointWriterTest {
    private static final String THREAD = "writer-under-test";
    private static final RunPlan PLAN =
            RunPlans.sgd(Task.REGRESSION, 100, 10, 1000, 0.1).plan();

    /** Keeps the first parameter of each checkpoint, once it may. */
    private static final class Gated implements CheckpointStore {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);
        final List<Float> saved = Collections.synchronizedList(new ArrayList<>());

        @Override
        public Optional<Checkpoint> latest(RunPlan plan, int parameterCount) {
            return Optional.empty();
        }

        @Override
        public void save(Checkpoint checkpoint) throws IOException {
            entered.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException("stopped", e);
            }
            saved.add(checkpoint.vectors().get(0)[0]);
        }
    }

    private static CheckpointWriter writer(CheckpointStore store, CheckpointPolicy policy, Duration timeout) {
        CheckpointWriter writer = new CheckpointWriter(store, policy, timeout, CheckpointWriter.thread(THREAD));
        writer.startAt(0, 0, List.of());
        return writer;
    }

    private static Checkpoint at(long step, long nanos, List<float[]> vectors) {
        Pacing pacing = Pacing.of(PLAN);
        RunState state = new RunState(PLAN, pacing, new GradientMeter(PLAN, pacing, new LinearReplica(2, 0), false));
        state.step = step;
        state.total.totalNanos = nanos;
        return state.checkpoint(new Checkpoint.Peaks(0, 0, 0), new double[0], vectors);
    }

    @Test
    void trainingGoesOnWhileACheckpointIsWritten() throws Exception {
        Gated store = new Gated();
        float[] parameters = {1};
        CheckpointPolicy policy = new CheckpointPolicy(2, Double.POSITIVE_INFINITY, 1);
        try (CheckpointWriter writer = writer(store, policy, Duration.ofSeconds(30))) {
            assertThat(writer.isDue(1, 0)).isFalse();
            assertThat(writer.isDue(2, 0)).isTrue();
            writer.write(List.of(parameters), copies -> at(2, 0, copies));
            assertThat(store.entered.await(30, TimeUnit.SECONDS)).isTrue();
            // The disk is slow, the run is further on: what is written is what was.
            parameters[0] = 2;
            assertThat(writer.isDue(4, 0)).isFalse();
            store.open.countDown();
        }
        assertThat(store.saved).containsExactly(1f);
        assertThat(threads()).isEmpty();
    }

    @Test
    void oneThatWasLeftOutComesAsSoonAsTheLastIsDone() throws Exception {
        Gated store = new Gated();
        store.open.countDown();
        CheckpointPolicy policy = new CheckpointPolicy(Long.MAX_VALUE, 1, 1);
        try (CheckpointWriter writer = writer(store, policy, Duration.ofSeconds(30))) {
            assertThat(writer.isDue(500, 999_999_999L)).isFalse();
            assertThat(writer.isDue(500, 1_000_000_000L)).isTrue();
            writer.write(List.of(new float[] {1}), copies -> at(500, 1_000_000_000L, copies));
            while (store.saved.isEmpty() || !writer.isDue(501, 2_000_000_000L)) {
                Thread.sleep(5);
            }
            assertThat(writer.isDue(501, 1_999_999_999L)).isFalse();
            writer.write(List.of(new float[] {2}), copies -> at(501, 2_000_000_000L, copies));
        }
        assertThat(store.saved).containsExactly(1f, 2f);
    }

    @Test
    void aWriterThatHangsIsNotWaitedForLongerThanTheTimeOut() throws Exception {
        Gated store = new Gated();
        CheckpointPolicy policy = new CheckpointPolicy(1, Double.POSITIVE_INFINITY, 1);
        CheckpointWriter writer = writer(store, policy, Duration.ofMillis(20));
        writer.write(List.of(new float[] {1}), copies -> at(1, 0, copies));
        assertThat(store.entered.await(30, TimeUnit.SECONDS)).isTrue();
        writer.close();
        while (!threads().isEmpty()) {
            Thread.sleep(5);
        }
        assertThat(store.saved).isEmpty();
    }

    @Test
    void aRunSurvivesADiskThatIsFull() throws Exception {
        CheckpointStore full = new CheckpointStore() {
            @Override
            public Optional<Checkpoint> latest(RunPlan plan, int parameterCount) {
                return Optional.empty();
            }

            @Override
            public void save(Checkpoint checkpoint) throws IOException {
                throw new IOException("no space left");
            }
        };
        CheckpointedRanks ranks =
                new CheckpointedRanks(() -> new LinearReplica(Feeding.FEATURES, 0), CheckpointedRanks.NOTHING);
        RunPlan plan = CheckpointedPlan.of(Feeding.plan(17, 2, 20), 1, 0);
        float[] trained = TrainedParameters.of(
                ranks.train(plan, full, TrainingListener.NONE).get(0));
        assertThat(trained)
                .isEqualTo(TrainedParameters.of(ranks.train(plan, CheckpointStore.NONE, TrainingListener.NONE)
                        .get(0)));
    }

    /** Those that are still there after a while: a thread that was told to end does so a moment later. */
    private static List<String> threads() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!running().isEmpty() && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        return running();
    }

    private static List<String> running() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(THREAD::equals)
                .toList();
    }
}
