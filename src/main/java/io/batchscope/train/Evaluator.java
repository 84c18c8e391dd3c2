package io.batchscope.train;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.data.Split;
import io.batchscope.train.Replica.Score;

/** Measures loss and hits of whole splits: every rank its own examples, summed over the ranks. */
public final class Evaluator {
    private final RankData data;
    private final Replica replica;
    private final Collective collective;
    private final Batch batch;

    /** @param atOnce the most examples that the replica is given at once */
    public Evaluator(RankData data, Replica replica, Collective collective, int atOnce) {
        this.data = data;
        this.replica = replica;
        this.collective = collective;
        this.batch = new Batch(atOnce, data.train().featureCount());
    }

    /** The score of the whole split; the same on every rank. Without examples: {@link Score#NONE}. */
    public Score score(Split split) {
        return score(data.examples(split));
    }

    /** The score of all ranks' {@code examples} together; likewise. */
    public Score score(Examples examples) {
        Score[] own = {Score.NONE};
        forEachBatch(examples, (filled, first) -> own[0] = own[0].plus(replica.score(filled)));
        double[] sums = {own[0].examples(), own[0].lossSum(), own[0].correct()};
        collective.allReduceSum(sums, 0, sums.length);
        return new Score((long) sums[0], sums[1], (long) sums[2]);
    }

    /** Sees a batch of examples. */
    @FunctionalInterface
    public interface Visitor {
        /** Sees the examples {@code first}, {@code first + 1}, … */
        void see(Batch batch, int first);
    }

    /** Shows this rank's {@code examples} batch by batch, in the same buffer. */
    public void forEachBatch(Examples examples, Visitor visitor) {
        for (int from = 0; from < examples.size(); from += batch.capacity()) {
            batch.fill(examples, from, Math.min(examples.size(), from + batch.capacity()));
            visitor.see(batch, from);
        }
    }
}
