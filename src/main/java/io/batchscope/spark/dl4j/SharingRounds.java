package io.batchscope.spark.dl4j;

import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.Dl4jGradientSharing;
import io.batchscope.spark.SparkSessions;
import io.batchscope.spark.StepProgress;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rounds of SharedTrainingMaster, from evaluation to evaluation; between them it drops the residuals, as it does between
 * epochs. The loss of a round is the master's: the mean over the executors of the loss of one worker's last share.
 * Deeplearning4j computes, sends and reads at the same time, so a round's whole time is {@code compute}, and what is sent
 * does not pass through Spark, so it is not measured.
 */
final class SharingRounds implements Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(SharingRounds.class);
    private static final long PATIENCE_SECONDS = 20;

    private final RunPlan plan;
    private final SparkSession session;
    private final JavaSparkContext spark;
    private final TrainingShares shares;
    private final int workersPerNode;
    private final LongAccumulator taken;
    private final SharingMaster master;
    private final SparkNetwork network;

    /**
     * Starts the master.
     *
     * @param guard hears of the data sets that workers take
     */
    SharingRounds(RunPlan plan, SparkSession session, Model model, TrainingShares shares, ProgressGuard guard) {
        this.plan = plan;
        this.session = session;
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        this.shares = shares;
        this.workersPerNode = plan.workers() / shares.parts();
        this.taken = session.sparkContext().longAccumulator();
        SharingJvm.prepare();
        this.master = new SharingMaster(
                plan,
                (Dl4jGradientSharing) plan.synchronization(),
                session.sparkContext().conf().get("spark.driver.host"),
                workersPerNode);
        this.network =
                SparkNetwork.of(spark, model.trainable(plan.seed(), plan.optimizer(), RateSchedule.of(plan)), master);
        StepProgress.of(session.sparkContext()).watch(taken.id(), guard.whenItAdvances());
    }

    /** Executors among which the workers can be divided evenly, at most one for each worker. */
    static int nodes(SparkContext context, int workers) {
        // The driver is among them; on local slots it is the only one.
        int nodes = context.isLocal()
                ? 1
                : Math.max(
                        1, Math.min(workers, context.getExecutorMemoryStatus().size() - 1));
        while (workers % nodes != 0) {
            nodes--;
        }
        return nodes;
    }

    @Override
    public long end(long from) {
        long every = plan.evaluateEvery();
        return Math.min(plan.plannedSteps(), from - from % every + every);
    }

    @Override
    public Round train(long from, long to) {
        long start = System.nanoTime();
        network.fit(
                new SharingShares(shares.between(from, to), workersPerNode, plan.timeoutSeconds(), taken).on(spark));
        if (!session.sparkContext().isLocal()) {
            try {
                master.settle(network.network().params());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return new Round(network.network().score(), null, System.nanoTime() - start, 0);
    }

    @Override
    public float[] parameters() {
        return network.parameters();
    }

    @Override
    public List<String> hosts() {
        return List.of();
    }

    @Override
    public void close() {
        StepProgress.of(session.sparkContext()).forget(taken.id());
        if (!session.sparkContext().isLocal()) {
            closeOnExecutors();
        }
        SharingJvm.close();
        SharingMaster.forgetLast();
    }

    private void closeOnExecutors() {
        int slots = SparkSessions.presentSlots(session);
        // Not among the run's jobs, which may just be cancelled.
        spark.setJobGroup(plan.runId() + " ends", "shut down Deeplearning4j's parameter servers");
        try {
            spark.parallelize(IntStream.range(0, slots).boxed().toList(), slots)
                    .foreachAsync(slot -> SharingJvm.close())
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("run {}: Deeplearning4j's parameter servers could not be shut down everywhere", plan.runId(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            spark.clearJobGroup();
        }
    }
}
