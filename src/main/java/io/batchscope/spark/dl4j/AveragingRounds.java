package io.batchscope.spark.dl4j;

import io.batchscope.nn.Model;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.StepProgress;
import java.util.List;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of ParameterAveragingTrainingMaster: H updates of each worker, then the mean. The loss of a round is the master's:
 * the mean over the workers, all of the same weight, of the loss of their last share before its update, penalties of the
 * parameters included.
 */
final class AveragingRounds implements Rounds {
    private final RunPlan plan;
    private final SparkContext context;
    private final TrainingShares shares;
    private final LongAccumulator computeNanos;
    private final LongAccumulator updates;
    private final SparkNetwork network;
    private final TaskTraffic traffic;
    private int rounds;

    /** @param guard hears of the updates that workers do */
    AveragingRounds(RunPlan plan, JavaSparkContext spark, Model model, TrainingShares shares, ProgressGuard guard) {
        this.plan = plan;
        this.context = spark.sc();
        this.shares = shares;
        this.computeNanos = context.longAccumulator();
        this.updates = context.longAccumulator();
        this.traffic = new TaskTraffic(plan.runId());
        this.network = SparkNetwork.of(
                spark,
                model.trainable(plan.seed(), plan.optimizer(), RateSchedule.of(plan)),
                new RoundMaster(plan, new UpdateHook(plan.seed(), updates, computeNanos)));
        context.addSparkListener(traffic);
        StepProgress.of(context).watch(updates.id(), guard.whenItAdvances());
    }

    @Override
    public long end(long from) {
        long every = plan.synchronization().everySteps();
        return Math.min(plan.plannedSteps(), from - from % every + every);
    }

    @Override
    public Round train(long from, long to) {
        computeNanos.reset();
        shares.dataNanos().reset();
        // The master counts a whole round also where it was cut short.
        SparkNetwork.setIteration(network.network(), from);
        context.setLocalProperty(TaskTraffic.PROPERTY, plan.runId());
        try {
            network.fit(shares.between(from, to).on(JavaSparkContext.fromSparkContext(context)));
        } finally {
            context.setLocalProperty(TaskTraffic.PROPERTY, null);
        }
        rounds++;
        return new Round(
                network.score(),
                bytesSent(),
                computeNanos.sum(),
                shares.dataNanos().sum());
    }

    private @Nullable Long bytesSent() {
        try {
            Long all = traffic.take(rounds);
            return all == null ? null : all / plan.workers();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public float[] parameters() {
        return network.parameters();
    }

    @Override
    public List<String> hosts() {
        return traffic.hosts(plan.workers());
    }

    @Override
    public void close() {
        StepProgress.of(context).forget(updates.id());
        context.removeSparkListener(traffic);
    }
}
