package io.batchscope.nn;

/** A part of a network that a {@link io.batchscope.train.Program} cannot say; ends in a {@link Compilation}. */
final class NotCompilableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * @param place which part, such as {@code layer 'lstm1' (LSTM)}
     * @param rule what is wrong with it
     */
    NotCompilableException(String place, String rule) {
        super(place + ": " + rule);
    }

    static void require(boolean fulfilled, String place, String rule) {
        if (!fulfilled) {
            throw new NotCompilableException(place, rule);
        }
    }
}
