package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.ReplicaKind;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MathThreadsTest {
    @ParameterizedTest
    @ValueSource(strings = {"local", "local[1]", "local[*]", "local[4,2]"})
    void warnsWhereTasksShareThisJvmAndNobodyLimitsTheThreads(String master) {
        assertThat(new MathThreads(null, master, 8).notice(ReplicaKind.FUSED))
                .contains("OMP_NUM_THREADS (environment): is not set, so every worker's math takes all 8 cores, and"
                        + " workers that share them slow each other down; set OMP_NUM_THREADS=1 and start again");
        assertThat(new MathThreads(" ", master, 8).notice(ReplicaKind.FUSED)).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        // variable, master, cores, replica
        "1, local[*], 8, FUSED",
        "4, local[*], 8, FUSED",
        ", local[*], 1, FUSED",
        ", local[*], 8, DL4J",
        // Their executors get it by spark.executorEnv.
        ", 'local-cluster[2,1,600]', 8, FUSED",
        ", spark://host:7077, 8, FUSED",
        ", yarn, 8, FUSED"
    })
    void isSilentOtherwise(@Nullable String variable, String master, int cores, ReplicaKind replica) {
        assertThat(new MathThreads(variable, master, cores).notice(replica)).isEmpty();
    }

    @Test
    void describesWhatItFinds() {
        assertThat(new MathThreads("2", "local[*]", 8).describe()).isEqualTo("OMP_NUM_THREADS=2");
        assertThat(new MathThreads(null, "yarn", 8).describe())
                .isEqualTo("OMP_NUM_THREADS is not set: 1 math thread a worker");
        assertThat(new MathThreads(null, "local[*]", 8).describe())
                .isEqualTo("OMP_NUM_THREADS is not set: 1 math thread a worker, but 8 of the fused replica");
    }
}
