package io.batchscope.result;

/** A results directory cannot be used as it is; the message tells the person what to do. */
public final class ResultStoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ResultStoreException(String message) {
        super(message);
    }
}
