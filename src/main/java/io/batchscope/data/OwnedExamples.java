package io.batchscope.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What one worker holds of all examples.
 *
 * @param owned their numbers among all, in ascending order
 */
public record OwnedExamples(Examples all, List<Integer> owned) implements Examples {
    /** What worker {@code rank} of {@code workers} holds. */
    public static OwnedExamples of(Examples all, EpochOrder order, int rank, int workers) {
        return new OwnedExamples(
                all,
                IntStream.range(0, all.size())
                        .filter(i -> order.ownerOf(i, workers) == rank)
                        .boxed()
                        .toList());
    }

    @Override
    public int size() {
        return owned.size();
    }

    @Override
    public int featureCount() {
        return all.featureCount();
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        all.copyFeatures(owned.get(index), into, offset);
    }

    @Override
    public int classOf(int index) {
        return all.classOf(owned.get(index));
    }

    @Override
    public int trueClassOf(int index) {
        return all.trueClassOf(owned.get(index));
    }

    @Override
    public float targetOf(int index) {
        return all.targetOf(owned.get(index));
    }
}
