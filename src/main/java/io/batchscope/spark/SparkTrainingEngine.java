package io.batchscope.spark;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingEngine;
import io.batchscope.train.TrainingListener;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains runs on a Spark cluster. A run with one worker is an ordinary task, so several of them run side by side; a run
 * with more is a barrier stage, whose tasks start together, sum gradients over a ring of sockets, and fail together.
 *
 * <p>Of the listener's calls it makes {@code onProgress}, from Spark's heartbeats, and {@code onEnd}; rows come back with
 * the result. May be used by several threads at once.
 */
public final class SparkTrainingEngine implements TrainingEngine {
    private static final Logger LOG = LoggerFactory.getLogger(SparkTrainingEngine.class);
    private static final int SECRET_BYTES = 32;

    private final SparkSession session;
    private final DataLocation data;
    private final ReplicaFactory replicas;
    private final StepProgress progress;
    private final SecureRandom random = new SecureRandom();

    /** @param replicas makes the network on the workers */
    public SparkTrainingEngine(SparkSession session, DataLocation data, ReplicaFactory replicas) {
        this.session = session;
        this.data = data;
        this.replicas = replicas;
        this.progress = StepProgress.of(session.sparkContext());
    }

    @Override
    public TrainedRun train(RunPlan plan, TrainingListener listener) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        LongAccumulator steps = session.sparkContext().longAccumulator("steps of " + plan.runId());
        spark.setJobGroup(
                plan.runId(),
                "train batch " + plan.batchSize() + " seed " + plan.seed() + " on " + plan.workers() + " workers",
                true /* interrupt tasks when the group is cancelled */);
        progress.watch(steps.id(), listener);
        TrainedRun run;
        try {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            RankTask task = new RankTask(plan, data, replicas, secret, ShardReader.of(session), steps);
            run = first(collect(spark, plan, task));
        } catch (Exception e) {
            // The Java API throws Spark's checked SparkException without declaring it.
            if (e instanceof InterruptedException) {
                spark.cancelJobGroup(plan.runId());
                Thread.currentThread().interrupt();
            }
            LOG.debug("run {} failed", plan.runId(), e);
            run = TrainedRun.failed(cause(e));
        } finally {
            progress.forget(steps.id());
            spark.clearJobGroup();
        }
        listener.onEnd(run.outcome());
        return run;
    }

    private static List<TrainedRun> collect(JavaSparkContext spark, RunPlan plan, RankTask task) {
        List<Integer> ranks = IntStream.range(0, plan.workers()).boxed().toList();
        JavaRDD<Integer> tasks = spark.parallelize(ranks, plan.workers());
        return plan.workers() == 1
                ? tasks.mapPartitions(partition -> List.of(task.runAlone()).iterator())
                        .collect()
                : tasks.rdd()
                        .barrier()
                        .<TrainedRun>mapPartitions(
                                new BarrierRanks(task), false, scala.reflect.ClassTag$.MODULE$.apply(TrainedRun.class))
                        .toJavaRDD()
                        .collect();
    }

    /** The first rank's view is the run's; the others only report that they are done. */
    private static TrainedRun first(List<TrainedRun> ranks) {
        return ranks.get(0);
    }

    /** What went wrong, in one line, without Spark's wrapping where the original is known. */
    static String cause(Throwable thrown) {
        Throwable deepest = thrown;
        List<Throwable> seen = new ArrayList<>();
        while (deepest.getCause() != null && !seen.contains(deepest.getCause())) {
            seen.add(deepest);
            deepest = deepest.getCause();
        }
        String message = String.valueOf(deepest.getMessage());
        int lost = message.indexOf("most recent failure: ");
        if (deepest instanceof SparkException && lost >= 0) {
            message = message.substring(lost + "most recent failure: ".length());
        }
        String line = message.lines().findFirst().orElse("");
        return deepest instanceof SparkException ? line : deepest.getClass().getSimpleName() + ": " + line;
    }

    /** The barrier stage's function, for Scala's interface. */
    private static final class BarrierRanks
            extends scala.runtime.AbstractFunction1<
                    scala.collection.Iterator<Integer>, scala.collection.Iterator<TrainedRun>>
            implements java.io.Serializable {
        private static final long serialVersionUID = 1L;

        private final RankTask task;

        BarrierRanks(RankTask task) {
            this.task = task;
        }

        @Override
        public scala.collection.Iterator<TrainedRun> apply(scala.collection.Iterator<Integer> partition) {
            Iterator<TrainedRun> result = List.of(task.runTogether()).iterator();
            return scala.collection.JavaConverters.asScalaIterator(result);
        }
    }
}
