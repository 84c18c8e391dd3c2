package io.batchscope.testing;

import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.data.OwnedExamples;
import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;
import java.util.Arrays;
import java.util.List;

/** Which examples a rank takes in an update. */
public final class Shares {
    private Shares() {}

    /**
     * Their numbers among all, in the order of the batch.
     *
     * @param step the update, from 0
     */
    public static List<Integer> of(RunPlan plan, Examples all, long step, int rank) {
        BatchTrajectory geometry = plan.geometry();
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        List<Integer> owned = OwnedExamples.of(all, order, rank, plan.workers()).owned();
        int[] places = new int[owned.size()];
        int count = order.epoch(geometry.epochOf(step), rank, plan.workers())
                .share(geometry.startOf(step), geometry.sizeOf(step), places);
        return Arrays.stream(places, 0, count).mapToObj(owned::get).toList();
    }
}
