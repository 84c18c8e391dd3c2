package io.batchscope.collective;

import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * A rank's place in a connected ring. Both channels are non-blocking and registered with the selector.
 *
 * @param previous data comes from here only
 * @param next data goes there only
 * @param addresses of all ranks' listeners, for messages
 */
record RingLinks(int rank, List<String> addresses, SocketChannel previous, SocketChannel next, Selector selector) {
    int size() {
        return addresses.size();
    }

    String previousPeer() {
        return Wording.peer(Math.floorMod(rank - 1, size()), addresses);
    }

    String nextPeer() {
        return Wording.peer((rank + 1) % size(), addresses);
    }

    void close() {
        Closing.quietly(previous);
        Closing.quietly(next);
        // Only deregistration by the selector frees the sockets.
        Closing.quietly(selector);
    }
}
