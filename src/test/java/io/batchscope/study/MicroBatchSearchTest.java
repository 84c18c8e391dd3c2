package io.batchscope.study;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.KnownReplica;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.LoopMemory;
import io.batchscope.train.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** On replicas whose memory is known: 1000 bytes and 100 for each example, on a heap that is large enough. */
class MicroBatchSearchTest {
    private static final int FEATURES = 3;
    private static final long LARGE = 1L << 40;
    private static final WorkerNeed NEED = new WorkerNeed(new LoopMemory(0, 0, 64, FEATURES, 1), 0);

    private final List<Integer> tried = new ArrayList<>();

    private MicroBatchSearch search(IntToLongFunction law, int most, WorkerBudget budget) {
        return new MicroBatchSearch(
                (seed, microBatch) -> new KnownReplica(FEATURES, law, most, tried), FEATURES, List.of(NEED), budget);
    }

    private MicroBatchSearch search(IntToLongFunction law, long offHeap) {
        return search(law, Integer.MAX_VALUE, new WorkerBudget(LARGE, offHeap, 2 * LARGE, false, 1, 0));
    }

    private static long linear(int microBatch) {
        return 1000 + 100L * microBatch;
    }

    @Test
    void choosesTheMostWhereAllFits() {
        MemoryFit fit = search(MicroBatchSearchTest::linear, LARGE).upTo(1024);

        assertThat(fit.microBatch()).isEqualTo(1024);
        assertThat(fit.failure()).isNull();
        assertThat(tried).containsExactly(1, 2, 8, 512, 1024);
        assertThat(fit.law().bytes(1024)).isEqualTo(linear(1024));
        assertThat(fit.law().bytes(300)).isEqualTo(linear(300));
        assertThat(fit.law().bytes(5000)).isEqualTo(linear(5000));
    }

    @Test
    void choosesTheLargestPowerOfTwoThatFitsAndTriesNoneThatDoesNot() {
        MemoryFit fit = search(MicroBatchSearchTest::linear, linear(127)).upTo(1024);

        assertThat(fit.microBatch()).isEqualTo(64);
        assertThat(tried).containsExactly(1, 2, 8, 32, 64);
        assertThat(search(MicroBatchSearchTest::linear, linear(128)).upTo(1024).microBatch())
                .isEqualTo(128);
        assertThat(search(MicroBatchSearchTest::linear, linear(3)).upTo(1024).microBatch())
                .isEqualTo(2);
        assertThat(search(MicroBatchSearchTest::linear, linear(1)).upTo(1024).microBatch())
                .isEqualTo(1);
    }

    @Test
    void nothingFitsWhereOneExampleDoesNot() {
        MemoryFit fit = search(MicroBatchSearchTest::linear, linear(1) - 1).upTo(1024);

        assertThat(fit.microBatch()).isZero();
        assertThat(fit.law().bytes(1)).isEqualTo(linear(1));
        assertThat(tried).containsExactly(1);
    }

    @Test
    void stepsDownWhereMoreIsNeededThanSmallSizesShow() {
        // From 32 examples on, ten times the memory.
        MemoryFit fit = search(size -> size < 32 ? linear(size) : 10 * linear(size), linear(100))
                .upTo(1024);

        assertThat(fit.microBatch()).isEqualTo(16);
        assertThat(fit.law().bytes(16)).isEqualTo(linear(16));
    }

    @Test
    void stepsDownWhereTheSystemGivesNoMoreMemory() {
        WorkerBudget budget = new WorkerBudget(LARGE, LARGE, 2 * LARGE, false, 1, 0);
        assertThat(search(MicroBatchSearchTest::linear, 200, budget).upTo(1024).microBatch())
                .isEqualTo(128);
        MemoryFit none = search(MicroBatchSearchTest::linear, 0, budget).upTo(1024);
        assertThat(none.microBatch()).isZero();
        assertThat(none.failure())
                .isEqualTo("no room for 1 examples; give executors more memory beside the heap"
                        + " (spark.executor.memoryOverhead)");
        assertThat(search(MicroBatchSearchTest::linear, 200, budget)
                        .exactly(300)
                        .microBatch())
                .isZero();
    }

    /** A GPU's memory is not in any budget: what does not fit is tried, and seen not to fit. */
    @Test
    void stepsDownWhereAGpuHasNoMoreMemory() {
        MicroBatchSearch onGpu = search(MicroBatchSearchTest::linear, LARGE).with((seed, microBatch) -> onGpu(200));

        assertThat(onGpu.upTo(1024).microBatch()).isEqualTo(128);
        // Those of its runs whose workers' share fits may train.
        assertThat(onGpu.exactly(300).microBatch()).isEqualTo(300);
        assertThat(onGpu.exactly(300).law().bytes(300)).isEqualTo(linear(300));
        MemoryFit none = onGpu.with((seed, microBatch) -> onGpu(0)).upTo(1024);
        assertThat(none.microBatch()).isZero();
        assertThat(none.failure())
                .isEqualTo("no room for 1 examples; use a GPU with more memory, or a smaller network");
    }

    private ForwardingReplica onGpu(int most) {
        Replica known = new KnownReplica(FEATURES, MicroBatchSearchTest::linear, Integer.MAX_VALUE, tried);
        return new ForwardingReplica(known) {
            @Override
            public double gradient(Batch batch, float weight, boolean add, float[] into) {
                if (batch.size() > most) {
                    throw new DeviceMemoryException("no room for " + batch.size() + " examples");
                }
                return super.gradient(batch, weight, add, into);
            }

            @Override
            public long nativeBytes() {
                return known.nativeBytes();
            }
        };
    }

    @Test
    void theHeapCountsAsWellAndBothTogether() {
        // Micro-batches of the loop are 12 + 12 bytes an example and buffer, and 4 for its output.
        long heap = NEED.heapBytes(256);
        assertThat(search(
                                MicroBatchSearchTest::linear,
                                Integer.MAX_VALUE,
                                new WorkerBudget(heap, LARGE, LARGE, false, 1, 0))
                        .upTo(1024)
                        .microBatch())
                .isEqualTo(256);
        long both = NEED.heapBytes(256) + linear(256);
        assertThat(search(
                                MicroBatchSearchTest::linear,
                                Integer.MAX_VALUE,
                                new WorkerBudget(LARGE, LARGE, both, true, 1, 0))
                        .upTo(1024)
                        .microBatch())
                .isEqualTo(256);
        assertThat(search(
                                MicroBatchSearchTest::linear,
                                Integer.MAX_VALUE,
                                new WorkerBudget(LARGE, LARGE, both - 1, true, 1, 0))
                        .upTo(1024)
                        .microBatch())
                .isEqualTo(128);
    }

    @Test
    void whatIsAskedForFitsOrDoesNot() {
        assertThat(search(MicroBatchSearchTest::linear, linear(100))
                        .exactly(100)
                        .microBatch())
                .isEqualTo(100);
        MemoryFit fit = search(MicroBatchSearchTest::linear, linear(100)).exactly(101);
        assertThat(fit.microBatch()).isZero();
        assertThat(fit.law().bytes(101)).isEqualTo(linear(101));
        assertThat(search(MicroBatchSearchTest::linear, linear(100)).exactly(1).microBatch())
                .isEqualTo(1);
    }

    @Test
    void aLawThatBendsIsFollowedBeyondTheBend() {
        // As of a replica that takes more than 512 examples in parts.
        NativeLaw law =
                search(size -> linear(Math.min(512, size)), LARGE).upTo(1024).law();
        assertThat(law.bytes(60_000)).isEqualTo(linear(512));
        assertThat(law.sizes()).isEqualTo("1, 2, 8, 512, 1024");
    }

    @Test
    void executorsAgreeOnTheSmallest() {
        NativeLaw small = new NativeLaw(List.of(new NativeLaw.Point(1, 10)));
        NativeLaw large = new NativeLaw(List.of(new NativeLaw.Point(1, 20)));
        MemoryFit some = new MemoryFit(small, 64, null);
        MemoryFit fewer = new MemoryFit(small, 32, null);
        MemoryFit heavier = new MemoryFit(large, 64, null);
        MemoryFit failed = new MemoryFit(NativeLaw.NONE, 0, "no memory");

        assertThat(some.and(fewer)).isEqualTo(fewer);
        assertThat(fewer.and(heavier)).isEqualTo(fewer);
        assertThat(some.and(heavier)).isEqualTo(heavier);
        assertThat(heavier.and(some)).isEqualTo(heavier);
        assertThat(fewer.and(failed)).isEqualTo(failed);
        assertThat(failed.and(fewer)).isEqualTo(failed);
    }

    @Test
    void goesNoLowerThanTheLeast() {
        MemoryFit all = search(MicroBatchSearchTest::linear, LARGE).between(300, 1024);
        assertThat(all.microBatch()).isEqualTo(1024);
        MemoryFit some = search(MicroBatchSearchTest::linear, linear(400)).between(300, 1024);
        assertThat(some.microBatch()).isEqualTo(300);
        assertThat(some.law().bytes(300)).isEqualTo(linear(300));
        assertThat(search(MicroBatchSearchTest::linear, linear(299))
                        .between(300, 1024)
                        .microBatch())
                .isZero();
        tried.clear();
        assertThat(search(MicroBatchSearchTest::linear, linear(2000))
                        .between(2000, 2000)
                        .microBatch())
                .isEqualTo(2000);
        assertThat(tried).containsExactly(1, 2, 8, 2000);
        assertThat(search(MicroBatchSearchTest::linear, linear(100))
                        .between(1, 1024)
                        .microBatch())
                .isEqualTo(64);
    }
}
