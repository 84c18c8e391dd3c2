package io.batchscope.train;

import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;

/**
 * Puts the micro-batches of one rank together, in the order in which the updates take them, over all epochs of the run.
 * An update of which the rank has no share has one micro-batch without examples. For one thread at a time.
 */
final class MicroBatches {
    /** Where noise is measured a batch falls into so many parts at least, if it has as many examples. */
    static final int PARTS_FOR_NOISE = 8;

    private final RunPlan plan;
    private final int leastCount;
    private final EpochOrder order;
    private final int rank;
    private final int workers;
    private final Examples examples;
    private final int[] share;
    private BatchTrajectory trajectory;
    private EpochOrder.Epoch epoch;
    private long epochNumber;
    private long step = -1;
    private int shareSize;
    private int index;
    private int count;

    /** @param examples those of the rank, in the local order of {@code EpochOrder} */
    MicroBatches(RunPlan plan, int rank, int workers, Examples examples) {
        this.plan = plan;
        this.trajectory = plan.geometry();
        this.order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        this.leastCount = plan.pace().measuresNoise() ? (PARTS_FOR_NOISE + workers - 1) / workers : 1;
        this.rank = rank;
        this.workers = workers;
        this.examples = examples;
        this.share = new int[Math.toIntExact(Math.min(plan.largestBatch(), order.examplesOf(rank, workers)))];
        this.epoch = order.epoch(0, rank, workers);
    }

    /** A buffer that holds any of them. */
    MicroBatch newBuffer() {
        return new MicroBatch(
                Math.toIntExact(largestPart(Math.max(1, share.length))),
                examples.featureCount(),
                plan.regularization().labelSmoothing());
    }

    /** Examples of the largest micro-batch of shares up to this size. */
    private long largestPart(long shareSize) {
        return Math.min(plan.microBatch(), (shareSize + leastCount - 1) / leastCount);
    }

    /** Numbers per example. */
    int featureCount() {
        return examples.featureCount();
    }

    /** Features of a full micro-batch, about: its examples may differ by one where workers share unevenly. */
    long featuresOfOne() {
        long perWorker = (plan.largestBatch() + workers - 1) / workers;
        return largestPart(perWorker) * examples.featureCount();
    }

    /** Begins anew with this update (from 0), in batches of these sizes. */
    void change(BatchTrajectory to, long update) {
        trajectory = to;
        index = 0;
        count = 0;
        step = update - 1;
    }

    /** Micro-batches that a share falls into, at least 1. */
    private int count(long examplesOfShare) {
        long most = (examplesOfShare + plan.microBatch() - 1) / plan.microBatch();
        return Math.toIntExact(Math.max(1, Math.max(most, Math.min(leastCount, examplesOfShare))));
    }

    /** Whether there is another. */
    boolean hasNext() {
        return index < count || step + 1 < plan.plannedSteps();
    }

    /** Puts the next one into {@code buffer}. */
    void next(MicroBatch buffer) {
        place(buffer);
        buffer.batch().fill(examples, share, part(index), part(index + 1));
        index++;
    }

    /** As {@link #next}, but features are copied when they are asked for. */
    void nextOnDemand(MicroBatch buffer) {
        place(buffer);
        buffer.batch().fillOnDemand(examples, share, part(index), part(index + 1));
        index++;
    }

    private void place(MicroBatch buffer) {
        if (index >= count) {
            begin(step + 1);
        }
        buffer.place(step, index, count, shareSize);
    }

    private void begin(long newStep) {
        if (trajectory.epochOf(newStep) != epochNumber) {
            epochNumber = trajectory.epochOf(newStep);
            epoch = order.epoch(epochNumber, rank, workers);
        }
        shareSize = epoch.share(trajectory.startOf(newStep), trajectory.sizeOf(newStep), share);
        count = count(shareSize);
        index = 0;
        step = newStep;
    }

    private int part(int i) {
        return (int) ((long) shareSize * i / count);
    }
}
