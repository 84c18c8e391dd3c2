package io.batchscope.nn;

/** A model cannot be used; the message is {@code <what> (<where>): <rule, value>; <what to do>}. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
