package io.batchscope.train;

import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.data.OwnedExamples;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.RunPlans;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntConsumer;

/** What the tests of feeding share: runs on a few examples, and feeders of their ranks. */
final class Feeding {
    private Feeding() {}

    static final int EXAMPLES = 103;
    static final int FEATURES = 3;
    static final String THREAD = "feeder-under-test";
    static final Duration TIMEOUT = Duration.ofSeconds(20);
    static final ArrayExamples TRAIN = ArrayExamples.linear(EXAMPLES, FEATURES, 1);

    /** Examples of which somebody hears whenever features are copied. */
    record Watched(Examples examples, IntConsumer watch) implements Examples {
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

    static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith(THREAD) || name.startsWith("batchscope-feeder"))
                .toList();
    }

    static RunPlan plan(long batchSize, int workers, long steps) {
        return RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, steps, 0.05)
                .withWorkers(workers)
                .plan();
    }

    static Feeder feeder(boolean ahead, RunPlan plan, int rank, Examples examples) {
        MicroBatches source = new MicroBatches(plan, rank, plan.workers(), examples);
        return ahead ? Feeder.ahead(source, THREAD + rank, TIMEOUT, () -> true) : Feeder.onDemand(source);
    }

    static Examples owned(RunPlan plan, int rank) {
        return OwnedExamples.of(TRAIN, order(plan), rank, plan.workers());
    }

    static EpochOrder order(RunPlan plan) {
        return new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
    }

    static boolean onItsThread() {
        return Thread.currentThread().getName().startsWith(THREAD);
    }

    /** Examples that nobody gets on the feeder's thread. */
    static Examples stuck(CountDownLatch reached) {
        CountDownLatch never = new CountDownLatch(1);
        return new Watched(TRAIN, index -> {
            if (onItsThread()) {
                reached.countDown();
                await(never);
            }
        });
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("stopped", e);
        }
    }
}
