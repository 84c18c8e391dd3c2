package io.batchscope.benchmark;

/** What is to be measured cannot run on this machine; the message says why and what to do. */
final class AbsenceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AbsenceException(String message) {
        super(message);
    }
}
