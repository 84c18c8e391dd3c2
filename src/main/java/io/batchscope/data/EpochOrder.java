package io.batchscope.data;

import java.io.Serializable;

/**
 * The order in which an epoch visits the training set: a fresh shuffle every epoch that every rank can work out by
 * itself, that is the same for any number of workers, and in which each worker only ever needs its own examples.
 *
 * <p>The examples (already shuffled when the data set was prepared) fall into L <em>lanes</em>, example i into lane
 * i mod L, and lane c belongs to worker c mod k. Position p of epoch e takes its example from lane
 * (a·p + b) mod L, where a (coprime to L) and b are drawn for each epoch, and takes the next one of that lane's own
 * shuffle. So
 *
 * <ul>
 *   <li>every epoch is a permutation of all examples; nothing is dropped;
 *   <li>global batches do not depend on k: training with k workers can be compared with training on one;
 *   <li>where k divides L, any batch falls on the workers in shares that differ by at most one example (two in a batch
 *       that reaches into an epoch's last N mod L examples); otherwise shares are near-equal and still exact;
 *   <li>no memory is needed for a permutation of all N examples, so N can be billions.
 * </ul>
 *
 * <p>This is Goyal et al. 2017, remark 4 (one global shuffle per epoch, partitioned over the workers), made
 * independent of k for data that does not fit one machine.
 *
 * @param examples N, at least 1
 * @param lanes L, 1 … N
 * @param seed of the shuffles
 */
public record EpochOrder(long examples, int lanes, long seed) implements Serializable {
    public EpochOrder {
        if (examples < 1 || lanes < 1 || lanes > examples) {
            throw new IllegalArgumentException(
                    "an order needs 1 <= lanes <= examples, but has lanes " + lanes + ", examples " + examples);
        }
    }

    /** The worker that holds example {@code index} when there are {@code workers}. */
    public int ownerOf(long index, int workers) {
        return (int) (index % lanes) % workers;
    }

    /** Lanes of one worker. */
    int lanesOf(int rank, int workers) {
        return rank >= lanes ? 0 : (lanes - rank + workers - 1) / workers;
    }

    /** Examples that worker {@code rank} of {@code workers} holds. */
    public long examplesOf(int rank, int workers) {
        long cycles = examples / lanes;
        long rest = examples % lanes;
        return cycles * lanesOf(rank, workers) + (rank >= rest ? 0 : (rest - rank + workers - 1) / workers);
    }

    /** Where example {@code index} stands among the examples of its owner, in ascending order of index. */
    public int localIndexOf(long index, int workers) {
        int lane = (int) (index % lanes);
        return Math.toIntExact(index / lanes * lanesOf(lane % workers, workers) + lane / workers);
    }

    /** The number of the example that stands at {@code local} among those of {@code rank}: {@link #localIndexOf} backwards. */
    public long indexOf(int local, int rank, int workers) {
        int owned = lanesOf(rank, workers);
        return (long) (local / owned) * lanes + rank + (long) (local % owned) * workers;
    }

    /** Examples in a lane. */
    int laneSize(int lane) {
        return Math.toIntExact(examples / lanes + (lane < examples % lanes ? 1 : 0));
    }

    /** The order of one epoch as worker {@code rank} of {@code workers} needs it. */
    public Epoch epoch(long epoch, int rank, int workers) {
        return new Epoch(this, epoch, rank, workers);
    }

    /** One epoch as seen by one worker. */
    public static final class Epoch {
        private final EpochOrder order;
        private final int rank;
        private final int workers;
        private final long multiplier;
        private final long offset;
        private final int[][] shuffles;

        private Epoch(EpochOrder order, long epoch, int rank, int workers) {
            this.order = order;
            this.rank = rank;
            this.workers = workers;
            // Nested, not combined by a commutative operation: seed 1, epoch 1 must not repeat seed 2, epoch 0.
            SplitMix random = new SplitMix(SplitMix.mix(SplitMix.mix(order.seed) + epoch));
            this.multiplier = coprime(random, order.lanes);
            this.offset = random.below(order.lanes);
            long epochSeed = random.next();
            this.shuffles = new int[order.lanesOf(rank, workers)][];
            for (int i = 0; i < shuffles.length; i++) {
                int lane = rank + i * workers;
                shuffles[i] = new SplitMix(epochSeed + SplitMix.mix(lane + 1)).permutation(order.laneSize(lane));
            }
        }

        private static long coprime(SplitMix random, int lanes) {
            while (true) {
                long candidate = 1 + random.below(lanes);
                if (gcd(candidate, lanes) == 1) {
                    return candidate;
                }
            }
        }

        private static long gcd(long a, long b) {
            return b == 0 ? a : gcd(b, a % b);
        }

        private int laneAt(int column) {
            return (int) ((multiplier * column + offset) % order.lanes);
        }

        /**
         * This worker's share of the batch at positions {@code start} … {@code start + size − 1}.
         *
         * @param into receives positions among the worker's own examples ({@link EpochOrder#localIndexOf}), in batch order
         * @return how many
         */
        public int share(long start, int size, int[] into) {
            int lanesOwned = shuffles.length;
            long lanes = order.lanes;
            long full = order.examples / lanes * lanes;
            int row = (int) (start / lanes);
            int column = (int) (start % lanes);
            int count = 0;
            for (long position = start; position < start + size; position++) {
                // The last N mod L positions visit the lanes that have one example more, which are the first ones.
                int lane = position < full ? laneAt(column) : column;
                if (lane % workers == rank) {
                    int strand = lane / workers;
                    into[count++] = shuffles[strand][row] * lanesOwned + strand;
                }
                column++;
                if (column == lanes) {
                    column = 0;
                    row++;
                }
            }
            return count;
        }
    }
}
