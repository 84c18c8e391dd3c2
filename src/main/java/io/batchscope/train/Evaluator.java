package io.batchscope.train;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.data.Split;
import io.batchscope.train.Replica.Score;

/** Measures loss and hits of whole splits: every rank its own examples, summed over the ranks. */
final class Evaluator {
    private final RankData data;
    private final Replica replica;
    private final Collective collective;
    private final Batch batch;

    /** @param atOnce the most examples that the replica is given at once */
    Evaluator(RankData data, Replica replica, Collective collective, int atOnce) {
        this.data = data;
        this.replica = replica;
        this.collective = collective;
        this.batch = new Batch(atOnce, data.train().featureCount());
    }

    /** The score of the whole split; the same on every rank. Without examples: {@link Score#NONE}. */
    Score score(Split split) {
        Examples examples =
                switch (split) {
                    case TRAIN -> data.train();
                    case VALIDATION -> data.validation();
                    case TEST -> data.test();
                };
        Score own = Score.NONE;
        for (int from = 0; from < examples.size(); from += batch.capacity()) {
            batch.fill(examples, from, Math.min(examples.size(), from + batch.capacity()));
            own = own.plus(replica.score(batch));
        }
        double[] sums = {own.examples(), own.lossSum(), own.correct()};
        collective.allReduceSum(sums, 0, sums.length);
        return new Score((long) sums[0], sums[1], (long) sums[2]);
    }
}
