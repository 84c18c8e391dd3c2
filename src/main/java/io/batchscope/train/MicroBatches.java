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
    private final RunPlan plan;
    private final BatchTrajectory geometry;
    private final EpochOrder order;
    private final int rank;
    private final int workers;
    private final Examples examples;
    private final int[] share;
    private EpochOrder.Epoch epoch;
    private long epochNumber;
    private long step = -1;
    private int shareSize;
    private int index;
    private int count;

    /** @param examples those of the rank, in the local order of {@code EpochOrder} */
    MicroBatches(RunPlan plan, int rank, int workers, Examples examples) {
        this.plan = plan;
        this.geometry = plan.geometry();
        this.order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        this.rank = rank;
        this.workers = workers;
        this.examples = examples;
        this.share = new int[Math.toIntExact(Math.min(plan.batchSize(), order.examplesOf(rank, workers)))];
        this.epoch = order.epoch(0, rank, workers);
    }

    /** A buffer that holds any of them. */
    MicroBatch newBuffer() {
        return new MicroBatch(
                Math.min(plan.microBatch(), Math.max(1, share.length)),
                examples.featureCount(),
                plan.regularization().labelSmoothing());
    }

    /** Features of a full micro-batch, about: its examples may differ by one where workers share unevenly. */
    long featuresOfOne() {
        long perWorker = (plan.batchSize() + workers - 1) / workers;
        return Math.min(plan.microBatch(), perWorker) * examples.featureCount();
    }

    /** Begins with this update (from 0); before the first micro-batch is taken. */
    void startAt(long update) {
        step = update - 1;
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
        if (geometry.epochOf(newStep) != epochNumber) {
            epochNumber = geometry.epochOf(newStep);
            epoch = order.epoch(epochNumber, rank, workers);
        }
        shareSize = epoch.share(geometry.startOf(newStep), geometry.sizeOf(newStep), share);
        count = Math.max(1, (shareSize + plan.microBatch() - 1) / plan.microBatch());
        index = 0;
        step = newStep;
    }

    private int part(int i) {
        return (int) ((long) shareSize * i / count);
    }
}
