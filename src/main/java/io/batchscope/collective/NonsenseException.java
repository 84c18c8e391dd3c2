package io.batchscope.collective;

/** What a peer sent cannot be; the message goes on from the peer's name. */
final class NonsenseException extends Exception {
    private static final long serialVersionUID = 1L;

    NonsenseException(String message) {
        super(message);
    }
}
