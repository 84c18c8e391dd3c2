package io.batchscope.data;

/** The data cannot be used; the message is {@code <what> (<where>): <rule, value>; <what to do>}. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(String message) {
        super(message);
    }

    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
