package io.batchscope.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WorkerBudgetTest {
    private static final long MIB = 1 << 20;

    private static ExecutorMemory executor(
            String name,
            String host,
            int tasks,
            long heap,
            @Nullable Long overhead,
            long nativeMost,
            long processMost) {
        return new ExecutorMemory(
                name,
                host,
                tasks,
                heap * MIB,
                16_000 * MIB,
                overhead == null ? null : (Long) (overhead * MIB),
                100 * MIB,
                nativeMost * MIB,
                processMost * MIB);
    }

    private static WorkerBudget budget(ExecutorMemory... executors) {
        return WorkerBudget.of(List.of(executors), OptionalLong.empty(), Integer.MAX_VALUE);
    }

    @Test
    void aTaskHasItsPartOfTheHeapWithoutWhatSparkKeeps() {
        WorkerBudget budget = budget(executor("1", "a", 2, 2300, null, 0, 0));
        assertThat(budget.heap()).isEqualTo(1000 * MIB);
        // 16,000 of the machine, without 2,300 of heap and the JVM's own 100
        assertThat(budget.offHeap()).isEqualTo(6800 * MIB);
        assertThat(budget.total()).isEqualTo(7800 * MIB);
        assertThat(budget.asked()).isFalse();
        assertThat(budget(executor("1", "a", 2, 200, null, 0, 0)).heap()).isZero();
    }

    @Test
    void executorsOfAHostShareTheMachine() {
        ExecutorMemory one = executor("1", "a", 2, 2300, null, 0, 0);
        ExecutorMemory two = executor("2", "a", 2, 2300, null, 0, 0);
        ExecutorMemory elsewhere = executor("3", "b", 2, 2300, null, 0, 0);
        assertThat(budget(one, two, elsewhere).offHeap()).isEqualTo((16_000 - 2 * 2400) / 4 * MIB);
        assertThat(budget(one, elsewhere).offHeap()).isEqualTo(6800 * MIB);
    }

    @Test
    void anOverheadAndTheLimitsOfTheLibraryCount() {
        assertThat(budget(executor("1", "a", 2, 2300, 500L, 0, 0)).offHeap()).isEqualTo(200 * MIB);
        assertThat(budget(executor("1", "a", 2, 2300, 50L, 0, 0)).offHeap()).isZero();
        assertThat(budget(executor("1", "a", 2, 2300, null, 2300, 0)).offHeap()).isEqualTo(1150 * MIB);
        assertThat(budget(executor("1", "a", 2, 2300, null, 0, 4600)).offHeap()).isEqualTo(1100 * MIB);
    }

    @Test
    void theSmallestExecutorDecides() {
        WorkerBudget budget = budget(executor("1", "a", 2, 2300, null, 0, 0), executor("2", "b", 4, 4300, 900L, 0, 0));
        assertThat(budget.heap()).isEqualTo(1000 * MIB);
        assertThat(budget.offHeap()).isEqualTo(200 * MIB);
        assertThat(budget.tasks()).isEqualTo(2);
        assertThat(budget.shared()).isEqualTo(575 * MIB);
    }

    @Test
    void workersThatNeverTrainTogetherDoNotShareMemory() {
        WorkerBudget all = budget(executor("1", "a", 4, 2300, null, 0, 0));
        WorkerBudget two = WorkerBudget.of(List.of(executor("1", "a", 4, 2300, null, 0, 0)), OptionalLong.empty(), 2);

        assertThat(two.heap()).isEqualTo(2 * all.heap());
        assertThat(two.offHeap()).isEqualTo(2 * all.offHeap());
        assertThat(two.tasks()).isEqualTo(2);
    }

    @Test
    void whatIsAskedForIsTheTotal() {
        WorkerBudget budget = WorkerBudget.of(
                List.of(executor("1", "a", 2, 2300, null, 0, 0)), OptionalLong.of(64 * MIB), Integer.MAX_VALUE);
        assertThat(budget.total()).isEqualTo(64 * MIB);
        assertThat(budget.holds(32 * MIB, 32 * MIB)).isTrue();
        assertThat(budget.holds(32 * MIB, 32 * MIB + 1)).isFalse();
        assertThat(budget.describe())
                .isEqualTo(
                        "64.0 MiB (study.sync.memory-per-worker; of it up to 64.0 MiB of heap and 64.0 MiB outside)");
        assertThat(budget(executor("1", "a", 2, 2300, null, 0, 0)).describe())
                .isEqualTo("7.6 GiB (of it up to 1000.0 MiB of heap and 6.6 GiB outside)");
    }
}
