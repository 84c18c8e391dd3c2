package io.batchscope.collective;

import java.nio.channels.Selector;
import java.util.List;

/**
 * A rank's place in a connected ring. Both channels are non-blocking and registered with the selector.
 *
 * @param previous elements come from here
 * @param next elements go there
 * @param addresses of all ranks' listeners, for messages
 */
record RingLinks(int rank, List<String> addresses, RingLink previous, RingLink next, Selector selector) {
    int size() {
        return addresses.size();
    }

    void close() {
        previous.close();
        next.close();
        // Only deregistration by the selector frees the sockets.
        Closing.quietly(selector);
    }
}
