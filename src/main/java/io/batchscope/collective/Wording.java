package io.batchscope.collective;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** The words of this package's error messages, so that every collective says the same about the same fault. */
final class Wording {
    /** Goes on from the culprit's name. */
    static final String CLOSED = "closed the connection";

    /** Goes on from the culprit's name. */
    static final String INTERRUPTED = "was interrupted";

    private Wording() {}

    /** Like {@code all-reduce 17 of 235146 floats} or {@code all-gather 18 of 1000 integers}. */
    static String operation(long number, long length, ElementType type) {
        return type.operation() + " " + number + " of " + length + " " + type.plural();
    }

    /** The fault, then what was going on and who noticed. */
    static String during(String fault, String operation, int rank) {
        return fault + " (" + operation + ", waited on by rank " + rank + ")";
    }

    /** Like {@code rank 1 (10.0.0.7:4711)}. */
    static String peer(int rank, List<String> addresses) {
        return "rank " + rank + " (" + addresses.get(rank) + ")";
    }

    static String didNotAnswer(String who, Duration timeout) {
        return who + " " + didNotAnswer(timeout);
    }

    /** Goes on from the culprit's name. */
    static String didNotAnswer(Duration timeout) {
        return "did not answer within " + seconds(timeout);
    }

    static String closed(String who) {
        return who + " " + CLOSED;
    }

    static String interrupted(int rank) {
        return "rank " + rank + " " + INTERRUPTED;
    }

    static String mismatch(String who, String theirs, int rank, String own) {
        return who + " " + mismatch(theirs, rank, own);
    }

    /** Goes on from the culprit's name. */
    static String mismatch(String theirs, int rank, String own) {
        String what = theirs.equals(own)
                ? "called " + theirs + " with messages of other lengths than rank " + rank
                : "called " + theirs + " where rank " + rank + " called " + own;
        return what + "; every rank must call the same operations in the same order";
    }

    /** Goes on from the name of the rank that does or does not encrypt. */
    static String encryptionMismatch(boolean theirs) {
        return (theirs ? "encrypts and this rank does not" : "does not encrypt and this rank does")
                + "; set spark.network.crypto.enabled alike for all";
    }

    /** Like {@code rank 1} or {@code ranks 1, 3}. */
    static String ranks(List<Integer> ranks) {
        return (ranks.size() == 1 ? "rank " : "ranks ")
                + ranks.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }

    /** Like {@code 30 s} or {@code 0.25 s}. */
    static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString() + " s";
    }
}
