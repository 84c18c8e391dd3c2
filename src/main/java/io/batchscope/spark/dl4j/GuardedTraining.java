package io.batchscope.spark.dl4j;

import io.batchscope.data.DataException;
import io.batchscope.data.Split;
import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.ShardReader;
import io.batchscope.train.Replica.Score;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.util.function.BiFunction;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What both engines do around their rounds: one job group, one guard, and a failure that is an outcome. */
record GuardedTraining(SparkSession session, DataLocation data, Model model) {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedTraining.class);

    /** Starts a run's rounds. */
    @FunctionalInterface
    interface Start {
        Rounds of(JavaSparkContext spark, TrainingShares shares, ProgressGuard guard);
    }

    /** @param parts partitions that the data sets come in */
    TrainedRun train(RunPlan plan, int parts, Start start, TrainingListener listener) {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        spark.setJobGroup(
                plan.runId(),
                "train batch " + plan.batchSize() + " seed " + plan.seed() + " on " + plan.workers() + " workers, "
                        + plan.synchronization().describe(),
                true /* interrupt tasks when the group is cancelled */);
        ShardReader reader = ShardReader.of(session);
        TrainingShares shares = new TrainingShares(
                plan,
                data,
                reader,
                model.dataSets(),
                parts,
                0,
                0,
                session.sparkContext().longAccumulator());
        Scoring scoring = new Scoring(plan, data, reader, model.replicas());
        TrainedRun run;
        try (ProgressGuard guard = new ProgressGuard(session.sparkContext(), plan.runId(), plan.timeoutSeconds())) {
            run = guarded(plan, spark, start, shares, scoring, listener, guard);
        } finally {
            spark.clearJobGroup();
        }
        listener.onEnd(run.outcome());
        return run;
    }

    private static TrainedRun guarded(
            RunPlan plan,
            JavaSparkContext spark,
            Start start,
            TrainingShares shares,
            Scoring scoring,
            TrainingListener listener,
            ProgressGuard guard) {
        BiFunction<Split, float[], Score> score = (split, values) -> scoring.score(spark, split, values);
        try (Rounds rounds = start.of(spark, shares, guard)) {
            return new Dl4jRun(plan, rounds, score, listener, guard).train();
        } catch (Exception e) {
            // Spark and Deeplearning4j throw checked exceptions without declaring them.
            LOG.debug("run {} failed", plan.runId(), e);
            spark.sc().cancelJobGroup(plan.runId());
            String stood = guard.found();
            if (stood != null) {
                return TrainedRun.failed(stood);
            }
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return TrainedRun.failed(cause(e));
        }
    }

    /** What went wrong, in one line. */
    private static String cause(Throwable thrown) {
        Throwable deepest = thrown;
        for (int depth = 0; depth < 20 && deepest.getCause() != null; depth++) {
            deepest = deepest.getCause();
        }
        String message = String.valueOf(deepest.getMessage());
        int last = message.indexOf("most recent failure: ");
        if (deepest instanceof SparkException && last >= 0) {
            message = message.substring(last + "most recent failure: ".length());
        }
        String line = message.lines().findFirst().orElse("");
        boolean forPeople = deepest instanceof SparkException
                || deepest instanceof DataException
                || deepest instanceof io.batchscope.nn.ModelException;
        return forPeople ? line : deepest.getClass().getSimpleName() + ": " + line;
    }
}
