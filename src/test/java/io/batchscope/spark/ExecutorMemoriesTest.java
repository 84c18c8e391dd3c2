package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.study.ExecutorMemory;
import io.batchscope.testing.LocalSpark;
import java.util.List;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ExecutorMemoriesTest {
    private static final long MIB = 1 << 20;

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @Test
    void everyExecutorAnswersOnceWithItsTasks() {
        int slots = SparkSessions.slots(spark.session());
        List<ExecutorMemory> memories = ExecutorMemories.of(spark.session(), slots, () -> 7, () -> 11);

        assertThat(memories).singleElement().satisfies(memory -> {
            assertThat(memory.tasks()).isEqualTo(slots);
            assertThat(memory.heap()).isEqualTo(Runtime.getRuntime().maxMemory());
            assertThat(memory.machine()).isPositive();
            assertThat(memory.jvm()).isPositive();
            assertThat(memory.overhead()).isNull();
            assertThat(memory.nativeMost()).isEqualTo(7);
            assertThat(memory.processMost()).isEqualTo(11);
        });
    }

    @Test
    void clustersThatLimitAProcessGrantAnOverhead() {
        assertThat(overhead("local[2]")).isNull();
        assertThat(overhead("spark://a:7077")).isNull();
        assertThat(overhead("yarn")).isEqualTo(384 * MIB);
        assertThat(overhead("k8s://https://a")).isEqualTo(384 * MIB);
        assertThat(ExecutorMemories.overhead(conf("yarn"), 10_000 * MIB)).isEqualTo(1000 * MIB);
        assertThat(ExecutorMemories.overhead(
                        conf("yarn").set("spark.executor.memoryOverheadFactor", "0.4"), 10_000 * MIB))
                .isEqualTo(4000 * MIB);
        assertThat(ExecutorMemories.overhead(conf("yarn").set("spark.executor.memoryOverhead", "2g"), MIB))
                .isEqualTo(2048 * MIB);
        assertThat(ExecutorMemories.overhead(conf("spark://a:7077").set("spark.executor.memoryOverhead", "512"), MIB))
                .isEqualTo(512 * MIB);
    }

    private static @Nullable Long overhead(String master) {
        return ExecutorMemories.overhead(conf(master), 1000 * MIB);
    }

    private static SparkConf conf(String master) {
        return new SparkConf(false).set("spark.master", master);
    }
}
