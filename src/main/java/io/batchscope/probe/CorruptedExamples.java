package io.batchscope.probe;

import io.batchscope.data.Examples;

/**
 * A rank's examples of an evaluation split, spoilt.
 *
 * @param clean those whose number in the split is ≡ rank (mod workers), in ascending order
 */
record CorruptedExamples(Examples clean, Corruption corruption, int rank, int workers) implements Examples {
    @Override
    public int size() {
        return clean.size();
    }

    @Override
    public int featureCount() {
        return clean.featureCount();
    }

    @Override
    public void copyFeatures(int index, float[] into, int offset) {
        clean.copyFeatures(index, into, offset);
        corruption.apply((long) index * workers + rank, into, offset);
    }

    @Override
    public int classOf(int index) {
        return clean.classOf(index);
    }

    @Override
    public float targetOf(int index) {
        return clean.targetOf(index);
    }
}
