package io.batchscope.plan;

/** A plan that is sound, but that this cluster cannot run; the message names what is missing and the ways out. */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(message);
    }
}
