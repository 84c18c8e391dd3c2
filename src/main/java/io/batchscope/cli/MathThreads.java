package io.batchscope.cli;

import io.batchscope.plan.ReplicaKind;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;

/**
 * How many threads a worker's math takes. The fused replica's library reads {@code OMP_NUM_THREADS} when it is loaded and
 * takes all cores without it. Executors are given it ({@code spark.executorEnv}); the tasks of a local master run in this
 * JVM, which the submit scripts give it.
 *
 * @param variable value of {@code OMP_NUM_THREADS} for the workers; null or empty if it is not set
 * @param master Spark's master
 * @param cores of this machine
 */
record MathThreads(@Nullable String variable, String master, int cores) {
    /** Of the workers: on a local master they are in this JVM, elsewhere Spark gives executors their environment. */
    static MathThreads of(SparkConf conf) {
        String master = conf.get("spark.master");
        MathThreads here = new MathThreads(
                System.getenv("OMP_NUM_THREADS"), master, Runtime.getRuntime().availableProcessors());
        return here.local()
                ? here
                : new MathThreads(conf.get("spark.executorEnv.OMP_NUM_THREADS", ""), master, here.cores);
    }

    private boolean unset() {
        return variable == null || variable.isBlank();
    }

    /** A {@code local-cluster} has executors of its own. */
    private boolean local() {
        return master.equals("local") || master.startsWith("local[");
    }

    /** What to know before training with too many threads. */
    Optional<String> notice(ReplicaKind replica) {
        return replica == ReplicaKind.FUSED && unset() && local() && cores > 1
                ? Optional.of("OMP_NUM_THREADS (environment): is not set, so every worker's math takes all " + cores
                        + " cores, and workers that share them slow each other down; set OMP_NUM_THREADS=1 and start"
                        + " again")
                : Optional.empty();
    }

    /** One line. */
    String describe() {
        if (!unset()) {
            return "OMP_NUM_THREADS=" + variable;
        }
        return "OMP_NUM_THREADS is not set: 1 math thread a worker"
                + (local() && cores > 1 ? ", but " + cores + " of the fused replica" : "");
    }
}
