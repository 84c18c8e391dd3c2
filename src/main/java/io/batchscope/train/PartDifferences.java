package io.batchscope.train;

import io.batchscope.data.Batch;
import io.batchscope.data.SplitMix;
import io.batchscope.train.Replica.Range;

/**
 * Estimates the noise of a rank's gradient from pairs of small parts of its share, whose gradients are computed once more
 * beside the one that the update follows: that stays the same to the bit.
 *
 * <p>Two disjoint parts of n examples each, drawn without putting any back, have mean gradients with E‖g₁ − g₂‖² = tr Σ · 2/n,
 * however many training examples there are: what the population's finite size takes from either's variance, it adds to their
 * difference as covariance (Cochran 1977, section 2.5). So n/2 · ‖g₁ − g₂‖² is an unbiased estimate of tr Σ. With B_small = n
 * and B_big = 2n it is that of McCandlish et al. 2018, appendix A.1, as ‖g₁‖² + ‖g₂‖² − 2‖ḡ‖² = ½‖g₁ − g₂‖². It needs one
 * vector, where the gradient of the second part is taken from that of the first.
 */
final class PartDifferences {
    /** The most examples of a part. */
    static final int PART_EXAMPLES = 64;

    /** The most examples of all parts on all ranks together, as long as a part has one. */
    private static final int ALL_EXAMPLES = 256;

    /** Pairs over all ranks, unless there are more ranks. */
    static final int PAIRS = 2;

    private final Replica replica;
    private final Batch part;
    private final float[] difference;
    private final Range[] free;
    private final int mostPairs;
    private final int mostExamples;
    private double noise;
    private double small;
    private int pairs;
    private int parts;

    /** @param ranks that share a batch */
    PartDifferences(Replica replica, int featureCount, double labelSmoothing, int ranks) {
        this.replica = replica;
        this.part = new Batch(PART_EXAMPLES, featureCount, labelSmoothing);
        this.difference = new float[replica.parameterCount()];
        this.free = new GradientParts(replica.heldParameters(), replica.parameterCount()).free();
        this.mostPairs = (PAIRS + ranks - 1) / ranks;
        this.mostExamples = Math.max(1, Math.min(PART_EXAMPLES, ALL_EXAMPLES / (2 * mostPairs * ranks)));
    }

    /** Bytes of memory that it takes. */
    static long bytes(long parameterCount, int featureCount) {
        return parameterCount * Float.BYTES + Batch.bytes(PART_EXAMPLES, featureCount);
    }

    /**
     * Compares parts of these examples, as many as there are for it, and forgets what it compared before.
     *
     * @param seed of what is random in training mode; every part has another
     */
    void measure(Batch examples, long seed) {
        int size = examples.size();
        noise = 0;
        small = 0;
        parts = 0;
        pairs = Math.min(mostPairs, size / 2);
        for (int pair = 0; pair < pairs; pair++) {
            int each = Math.min(mostExamples, size / (2 * pairs));
            int from = 2 * pair * each;
            compute(examples, from, each, 1f / each, false, SplitMix.mix(seed + 2L * pair + 1));
            small += square();
            parts += each;
            compute(examples, from + each, each, -1f / each, true, SplitMix.mix(seed + 2L * pair + 2));
            noise += square() * each / 2;
        }
    }

    private void compute(Batch examples, int from, int count, float weight, boolean add, long seed) {
        part.fill(examples, from, from + count);
        replica.seed(seed);
        replica.gradient(part, weight, add, difference);
    }

    private double square() {
        double sum = 0;
        for (Range range : free) {
            sum += SquaredNorm.of(difference, range.from(), range.to());
        }
        return sum;
    }

    /** Pairs that were compared. */
    int pairs() {
        return pairs;
    }

    /** Sum over pairs of the estimates of tr Σ. */
    double noise() {
        return noise;
    }

    /** Sum over pairs of ‖g₁‖². */
    double small() {
        return small;
    }

    /** Sum over pairs of the sizes of these parts, in examples. */
    int partExamples() {
        return parts;
    }
}
