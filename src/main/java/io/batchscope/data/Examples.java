package io.batchscope.data;

/** Examples held in memory, by index. Immutable and safe to read from several threads. */
public interface Examples {
    /** How many. */
    int size();

    /** Numbers per example. */
    int featureCount();

    /** Writes the normalized features of example {@code index} to {@code into[offset …]}. */
    void copyFeatures(int index, float[] into, int offset);

    /** Class of an example, 0 … classes − 1; 0 for regression. */
    int classOf(int index);

    /** Normalized target of an example; 0 for classification. */
    float targetOf(int index);
}
