package io.batchscope.data;

/** Examples held in memory, by index. Immutable and safe to read from several threads. */
public interface Examples {
    /** How many. */
    int size();

    /** Numbers per example. */
    int featureCount();

    /** Writes the normalized features of example {@code index} to {@code into[offset …]}. */
    void copyFeatures(int index, float[] into, int offset);

    /** Writes those of the examples {@code indices[from … to − 1]} to {@code into}, one behind the other from 0 on. */
    default void copyFeatures(int[] indices, int from, int to, float[] into) {
        for (int i = from; i < to; i++) {
            copyFeatures(indices[i], into, (i - from) * featureCount());
        }
    }

    /** Class of an example, 0 … classes − 1; 0 for regression. */
    int classOf(int index);

    /** The class that it really has, where {@link #classOf} is a wrong one on purpose. */
    default int trueClassOf(int index) {
        return classOf(index);
    }

    /** Normalized target of an example; 0 for classification. */
    float targetOf(int index);
}
