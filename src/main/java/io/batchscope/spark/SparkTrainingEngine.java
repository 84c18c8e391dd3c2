package io.batchscope.spark;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.MachineRate;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingEngine;
import io.batchscope.train.TrainingListener;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains runs on a Spark cluster. A run with one worker is an ordinary task, so several of them run side by side; a run
 * with more is a barrier stage, whose tasks start together, sum gradients over a ring of sockets, and fail together. After
 * a failure that another attempt may mend, such as a lost executor, the run goes on from its last checkpoint, up to
 * {@link RunPlan#retries} times.
 *
 * <p>Of the listener's calls it makes {@code onContinued}, {@code onRestart}, {@code onProgress}, from Spark's heartbeats,
 * and {@code onEnd}; rows come back with the result. May be used by several threads at once.
 */
public final class SparkTrainingEngine implements TrainingEngine {
    private static final Logger LOG = LoggerFactory.getLogger(SparkTrainingEngine.class);
    private static final int SECRET_BYTES = 32;
    private static final long GLANCE_MILLIS = 100;

    private final SparkSession session;
    private final DataLocation data;
    private final ReplicaFactory replicas;
    private final GpuTasks gpus;
    private final MachineRate machine;
    private final @Nullable HadoopCheckpoints checkpoints;
    private final RankWatch ranks;
    private final StepProgress progress;
    private final SecureRandom random = new SecureRandom();

    /**
     * One that keeps no checkpoints: a run that lost a worker begins again.
     *
     * @param replicas makes the network on the workers
     */
    public SparkTrainingEngine(SparkSession session, DataLocation data, ReplicaFactory replicas) {
        this(session, data, replicas, null);
    }

    /** One that does not measure what the machines can do. */
    public SparkTrainingEngine(
            SparkSession session, DataLocation data, ReplicaFactory replicas, @Nullable HadoopCheckpoints checkpoints) {
        this(session, data, replicas, GpuTasks.onProcessors(session), MachineRate.NONE, checkpoints);
    }

    /**
     * One that measures what the machines can do at the start of each run.
     *
     * @param gpus the tasks that train, and what they train on
     * @param machine measures it, on every worker
     * @param checkpoints where checkpoints are kept; null: nowhere
     */
    public SparkTrainingEngine(
            SparkSession session,
            DataLocation data,
            ReplicaFactory replicas,
            GpuTasks gpus,
            MachineRate machine,
            @Nullable HadoopCheckpoints checkpoints) {
        this.machine = machine;
        this.session = session;
        this.data = data;
        this.replicas = replicas;
        this.gpus = gpus;
        this.checkpoints = checkpoints;
        this.ranks = RankWatch.of(session.sparkContext());
        this.progress = StepProgress.of(session.sparkContext());
    }

    @Override
    public TrainedRun train(RunPlan plan, TrainingListener listener) {
        ranks.watch(plan.runId());
        TrainedRun run;
        try {
            run = attempts(plan, listener);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            run = TrainedRun.failed("InterruptedException: " + e.getMessage());
        } catch (RuntimeException e) {
            LOG.debug("run {} failed", plan.runId(), e);
            run = TrainedRun.failed(Attempt.failed(e, rank -> "").cause());
        } finally {
            ranks.forget(plan.runId());
        }
        listener.onEnd(run.outcome());
        return run;
    }

    private TrainedRun attempts(RunPlan plan, TrainingListener listener) throws InterruptedException {
        int attempts = plan.retries() + 1;
        long update = lastUpdate(plan);
        if (update > 0) {
            listener.onContinued(update);
        }
        for (int attempt = 1; ; attempt++) {
            Attempt end = attempt(plan, listener);
            if (end instanceof Attempt.Trained trained) {
                return trained.run();
            }
            Attempt.Failed failed = (Attempt.Failed) end;
            if (!failed.mendable() || attempts == 1) {
                return TrainedRun.failed(failed.cause());
            }
            if (attempt == attempts) {
                return TrainedRun.failed(failed.cause() + "; gave up after attempt " + attempt + " of " + attempts);
            }
            Optional<String> missing = awaitMended(plan);
            if (missing.isPresent()) {
                return TrainedRun.failed(failed.cause() + "; " + missing.get());
            }
            listener.onRestart(failed.cause(), lastUpdate(plan), attempt + 1, attempts);
        }
    }

    private long lastUpdate(RunPlan plan) {
        try {
            return checkpoints == null ? 0 : checkpoints.lastUpdate(plan);
        } catch (UncheckedIOException e) {
            LOG.warn("run {}: its checkpoints cannot be looked at ({})", plan.runId(), e.getMessage());
            return 0;
        }
    }

    private Attempt attempt(RunPlan plan, TrainingListener listener) throws InterruptedException {
        JavaSparkContext spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        LongAccumulator steps = session.sparkContext().longAccumulator("steps of " + plan.runId());
        spark.setJobGroup(
                plan.runId(),
                "train batch " + plan.batchSize() + " seed " + plan.seed() + " on " + plan.workers() + " workers",
                true /* interrupt tasks when the group is cancelled */);
        progress.watch(steps.id(), listener);
        ranks.begin(plan.runId());
        StragglerGuard guard = new StragglerGuard(plan, ranks, session.sparkContext());
        try (guard) {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            RankTask task = new RankTask(
                    plan, data, replicas, gpus.binding(), machine, secret, ShardReader.of(session), checkpoints, steps);
            return RankReport.together(plan, collect(plan, task));
        } catch (Exception e) {
            // The Java API throws Spark's checked SparkException without declaring it.
            if (e instanceof InterruptedException interrupted) {
                spark.cancelJobGroup(plan.runId());
                throw interrupted;
            }
            LOG.debug("run {} failed", plan.runId(), e);
            String late = guard.found();
            if (late != null) {
                return new Attempt.Failed(late, true);
            }
            return Attempt.failed(e, rank -> ranks.hostOf(plan.runId(), rank));
        } finally {
            progress.forget(steps.id());
            spark.clearJobGroup();
        }
    }

    /**
     * Waits until no rank of the last attempt runs any more and there are slots for all ranks of the next; no longer than
     * twice the time-out.
     *
     * @return who did not come; empty when all is well
     */
    private Optional<String> awaitMended(RunPlan plan) throws InterruptedException {
        // A first rank may take the whole time-out to end the checkpoint that it was writing.
        long deadline = System.nanoTime() + (long) (2 * plan.timeoutSeconds() * 1e9);
        while (true) {
            boolean ended = ranks.haveEnded(plan.runId());
            int slots = gpus.presentSlots();
            if (ended && slots >= plan.workers()) {
                return Optional.empty();
            }
            if (System.nanoTime() > deadline) {
                return Optional.of("waited " + seconds(plan) + " s for "
                        + (ended
                                ? plan.workers() + " slots, but the cluster came back with " + slots
                                : "its other ranks to end, but they did not"));
            }
            Thread.sleep(GLANCE_MILLIS);
        }
    }

    private static String seconds(RunPlan plan) {
        return BigDecimal.valueOf(2 * plan.timeoutSeconds())
                .stripTrailingZeros()
                .toPlainString();
    }

    private List<RankReport> collect(RunPlan plan, RankTask task) {
        JavaRDD<Integer> ranks = gpus.ranks(plan.workers());
        return plan.workers() == 1
                ? ranks.mapPartitions(partition -> List.of(task.runAlone()).iterator())
                        .collect()
                : BarrierTasks.collect(ranks, RankReport.class, context -> task.runTogether());
    }
}
