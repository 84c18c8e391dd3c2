package io.batchscope.data;

/**
 * A worker's training examples, some with a wrong class.
 *
 * @param clean those of {@code rank}, in the local order of {@code order}
 * @param order says which number in the training split each has
 */
public record RelabelledExamples(Examples clean, LabelNoise noise, EpochOrder order, int rank, int workers)
        implements Examples {
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
    }

    @Override
    public void copyFeatures(int[] indices, int from, int to, float[] into) {
        clean.copyFeatures(indices, from, to, into);
    }

    @Override
    public int classOf(int index) {
        return noise.classOf(order.indexOf(index, rank, workers), clean.classOf(index));
    }

    @Override
    public int trueClassOf(int index) {
        return clean.classOf(index);
    }

    @Override
    public float targetOf(int index) {
        return clean.targetOf(index);
    }
}
