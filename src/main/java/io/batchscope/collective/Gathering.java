package io.batchscope.collective;

import java.util.List;

/** A way by which each rank gets one message of every rank, round by round. */
public interface Gathering {
    /**
     * Brings this rank's message and waits until all have brought theirs, however long it takes. An interrupt does not
     * end it, but makes it look at once whether all are there.
     *
     * @return all messages in rank order
     * @throws Exception if no round will ever be complete again
     */
    List<String> gather(String message) throws Exception;

    /** How many characters, all ASCII, a message may have. */
    int longestMessage();

    /** This rank will not ask for what a {@link #gather} that goes on may still bring, and that may end when it can. */
    void abandon();
}
