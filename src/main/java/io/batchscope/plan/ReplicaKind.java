package io.batchscope.plan;

import java.util.Locale;

/** The implementations of {@code train.Replica}; their results are equal only up to rounding. */
public enum ReplicaKind {
    /** A compiled program on oneDNN: the fast one, for the layers that it knows. */
    FUSED("fused (oneDNN)"),
    /** A compiled program on a GPU, by cuBLAS and cuDNN. */
    CUDA("cuda (cuBLAS, cuDNN)"),
    /** Deeplearning4j itself: any model. */
    DL4J("dl4j");

    private final String description;

    ReplicaKind(String description) {
        this.description = description;
    }

    /** The name used in configurations and tables. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The same for people. */
    String description() {
        return description;
    }
}
