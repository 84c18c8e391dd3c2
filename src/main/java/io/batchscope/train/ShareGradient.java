package io.batchscope.train;

import io.batchscope.data.SplitMix;
import io.batchscope.plan.RunPlan;
import io.batchscope.train.Replica.GradientListener;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The gradient of a rank's share of an update's batch: the gradients of its micro-batches, added up. */
final class ShareGradient {
    static final GradientListener NOBODY = part -> {};

    private final RunPlan plan;
    private final Feeder feeder;
    private final Replica replica;
    private final int rank;
    private final int parts;
    private final int parameterCount;
    private final @Nullable PieceSquares squares;
    private final @Nullable PartDifferences differences;
    private double lossSum;
    private int examples;

    ShareGradient(RunPlan plan, Feeder feeder, Replica replica, int rank) {
        this(plan, feeder, replica, rank, null, null);
    }

    /**
     * @param squares takes the squared norms of the micro-batches' gradients; null if nobody wants them
     * @param differences compares parts of the share where that is wanted; null if it never is
     */
    ShareGradient(
            RunPlan plan,
            Feeder feeder,
            Replica replica,
            int rank,
            @Nullable PieceSquares squares,
            @Nullable PartDifferences differences) {
        this.plan = plan;
        this.feeder = feeder;
        this.replica = replica;
        this.rank = rank;
        this.parts = replica.gradientOrder().size();
        this.parameterCount = replica.parameterCount();
        this.squares = squares;
        this.differences = differences;
    }

    /**
     * Computes the gradient of the next update's share; zeros if that has no examples.
     *
     * @param weight what the gradient of an example's loss counts for; 0: 1 / size of the share
     * @param compare whether to compare parts of the share
     * @param into takes it in its first {@code parameterCount} elements
     * @param listener hears of each of the replica's parts as soon as it is final
     * @param times receives where the time went
     */
    void compute(float weight, boolean compare, float[] into, GradientListener listener, StepTimes times)
            throws InterruptedException {
        lossSum = 0;
        if (squares != null) {
            squares.clear();
        }
        boolean last = false;
        long time = System.nanoTime();
        while (!last) {
            MicroBatch part = feeder.next();
            long fed = System.nanoTime();
            examples = part.shareSize();
            float counts = weight == 0 ? 1f / Math.max(1, examples) : weight;
            lossSum += add(part, counts, into, part.last() ? listener : NOBODY);
            long computed = System.nanoTime();
            long copied = part.batch().takeCopyNanos();
            times.dataNanos += fed - time + copied;
            times.computeNanos += computed - fed - copied;
            // The last micro-batch is no smaller than the others.
            if (compare && differences != null && part.last()) {
                differences.measure(part.batch(), seed(part));
                part.batch().takeCopyNanos();
                computed = System.nanoTime();
            }
            time = computed;
            last = part.last();
        }
    }

    /** Adds the gradient of a micro-batch; the first one of an update overwrites what is there. */
    private double add(MicroBatch part, float weight, float[] into, GradientListener listener) {
        if (part.batch().size() == 0) {
            Arrays.fill(into, 0, parameterCount, 0f);
            for (int i = 0; i < parts; i++) {
                listener.onReady(i);
            }
            return 0;
        }
        replica.seed(seed(part));
        boolean first = part.index() == 0;
        if (squares == null) {
            return replica.gradient(part.batch(), weight, !first, into, listener);
        }
        float[] target = squares.target(first, into);
        double loss = replica.gradient(part.batch(), weight, false, target, squares.listener(first, into, listener));
        squares.end(part.batch().size());
        return loss;
    }

    private long seed(MicroBatch part) {
        long rankSeed = rank * 65_537L + part.index();
        return SplitMix.mix(plan.seed() ^ SplitMix.mix(part.step() ^ SplitMix.mix(rankSeed)));
    }

    /** Of the losses of the share's examples, not weighted. */
    double lossSum() {
        return lossSum;
    }

    /** In the share, 0 or more. */
    int examples() {
        return examples;
    }
}
