package io.batchscope.spark.dl4j;

import io.batchscope.data.Batch;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.nn.DataSets;
import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;

/** Makes one rank's data sets, update by update: the examples that it would take in any other mode. For one thread. */
final class RankShares {
    private final RunPlan plan;
    private final int rank;
    private final Examples examples;
    private final DataSets dataSets;
    private final BatchTrajectory geometry;
    private final EpochOrder order;
    private final int[] share;
    private EpochOrder.@Nullable Epoch epoch;
    private long epochNumber = -1;

    /** @param examples those of the rank, in the local order of {@link EpochOrder} */
    RankShares(RunPlan plan, int rank, Examples examples, DataSets dataSets) {
        this.plan = plan;
        this.rank = rank;
        this.examples = examples;
        this.dataSets = dataSets;
        this.geometry = plan.geometry();
        this.order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        this.share = new int[Math.toIntExact(Math.min(plan.batchSize(), order.examplesOf(rank, plan.workers())))];
    }

    /** The rank's share of an update (from 0); null if it has none. */
    @Nullable
    DataSet of(long update) {
        EpochOrder.Epoch current = epoch;
        if (current == null || geometry.epochOf(update) != epochNumber) {
            epochNumber = geometry.epochOf(update);
            current = order.epoch(epochNumber, rank, plan.workers());
            epoch = current;
        }
        int size = current.share(geometry.startOf(update), geometry.sizeOf(update), share);
        if (size == 0) {
            return null;
        }
        Batch batch = new Batch(size, examples.featureCount());
        batch.fill(examples, share, 0, size);
        DataSet made = dataSets.of(batch);
        return new UpdateShare(
                made.getFeatures(),
                made.getLabels(),
                new UpdateShare.Place(update, rank),
                Math.toIntExact(plan.layout().perWorker()));
    }
}
