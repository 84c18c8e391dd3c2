package io.batchscope.spark.dl4j;

import io.batchscope.data.Split;
import io.batchscope.nn.Backend;
import io.batchscope.nn.DataSets;
import io.batchscope.plan.RunPlan;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.RankExamples;
import io.batchscope.spark.ShardReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.util.LongAccumulator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The data sets of some updates, made on the workers one after the other when they are asked for. Part p of n has those of
 * the ranks ≡ p (mod n), update by update and in each by rank.
 *
 * @param parts n, partitions they come in
 * @param from the first update
 * @param to the update after the last one
 * @param dataNanos takes what the first rank's cost to make
 */
record TrainingShares(
        RunPlan plan,
        DataLocation data,
        ShardReader reader,
        DataSets dataSets,
        int parts,
        long from,
        long to,
        LongAccumulator dataNanos)
        implements FlatMapFunction<Integer, DataSet> {
    /** The same for other updates. */
    TrainingShares between(long first, long end) {
        return new TrainingShares(plan, data, reader, dataSets, parts, first, end, dataNanos);
    }

    /** As partitions. */
    JavaRDD<DataSet> on(JavaSparkContext spark) {
        return spark.parallelize(IntStream.range(0, parts).boxed().toList(), parts)
                .flatMap(this);
    }

    @Override
    public Iterator<DataSet> call(Integer part) {
        Backend.limitThreads();
        List<RankShares> ranks = new ArrayList<>();
        for (int rank = part; rank < plan.workers(); rank += parts) {
            ranks.add(new RankShares(plan, rank, new RankExamples(plan, data, reader).of(Split.TRAIN, rank), dataSets));
        }
        return new InTurn(ranks, part == 0);
    }

    /** The ranks' shares in turn, each made when it is asked for. */
    private final class InTurn implements Iterator<DataSet> {
        private final List<RankShares> ranks;
        private final boolean timed;
        private long update = from;
        private int index;
        private @Nullable DataSet next;

        InTurn(List<RankShares> ranks, boolean timed) {
            this.ranks = ranks;
            this.timed = timed;
        }

        @Override
        public boolean hasNext() {
            while (next == null && update < to) {
                long start = System.nanoTime();
                next = ranks.get(index).of(update);
                if (timed && index == 0) {
                    dataNanos.add(System.nanoTime() - start);
                }
                index++;
                if (index == ranks.size()) {
                    index = 0;
                    update++;
                }
            }
            return next != null;
        }

        @Override
        public DataSet next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            DataSet made = next;
            next = null;
            if (made == null) {
                throw new NoSuchElementException();
            }
            return made;
        }
    }
}
