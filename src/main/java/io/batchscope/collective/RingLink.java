package io.batchscope.collective;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A connection to a neighbour in the ring, with the records in both directions. */
final class RingLink {
    /** Of one call, so that a peer which sends without end does not hold its reader beyond a deadline. */
    private static final int MOST_READS = 64;

    private final int peer;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final RecordInput input;
    private final RecordOutput output;
    private int interest = -1;
    private boolean gone;

    private RingLink(int peer, SocketChannel channel, Selector selector, RecordInput input, RecordOutput output) {
        this.peer = peer;
        this.channel = channel;
        this.input = input;
        this.output = output;
        key = Objects.requireNonNull(channel.keyFor(selector));
    }

    /** To the rank from which elements come; notices go there. Without keys nothing is encrypted. */
    static RingLink previous(int peer, SocketChannel channel, Selector selector, @Nullable LinkKeys keys) {
        return keys == null
                ? new RingLink(peer, channel, selector, PlainInput.ofData(), PlainOutput.ofNotices())
                : new RingLink(
                        peer,
                        channel,
                        selector,
                        SealedInput.ofData(keys.forward()),
                        SealedOutput.ofNotices(keys.backward()));
    }

    /** To the rank to which elements go; notices come from there. Without keys nothing is encrypted. */
    static RingLink next(int peer, SocketChannel channel, Selector selector, @Nullable LinkKeys keys) {
        return keys == null
                ? new RingLink(peer, channel, selector, PlainInput.ofNotices(), PlainOutput.ofData())
                : new RingLink(
                        peer,
                        channel,
                        selector,
                        SealedInput.ofNotices(keys.backward()),
                        SealedOutput.ofData(keys.forward()));
    }

    /** The neighbour's rank. */
    int peer() {
        return peer;
    }

    RecordInput input() {
        return input;
    }

    RecordOutput output() {
        return output;
    }

    /** Whether nothing more will come from there. */
    boolean gone() {
        return gone;
    }

    /** Reads what has come; returns bytes read, −1 at the end. */
    int read() throws IOException {
        if (gone) {
            return -1;
        }
        try {
            int count = input.read(channel);
            gone = count < 0;
            return count;
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            gone = true;
            throw e;
        }
    }

    /** Writes what can be written at once; returns bytes written. */
    int write() throws IOException {
        return output.write(channel);
    }

    /** As {@link #read}; a neighbour that is gone is a fault. */
    int readOrFail() throws ClosedChannelException, RingFault {
        int count;
        try {
            count = read();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw RingFault.gone(peer, e);
        }
        if (count < 0) {
            throw RingFault.gone(peer, null);
        }
        return count;
    }

    /** As {@link #write}; a neighbour that is gone is a fault. */
    int writeOrFail() throws ClosedChannelException, RingFault {
        try {
            return write();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw RingFault.gone(peer, e);
        }
    }

    /** Writes what can be written at once of what a neighbour that has gone, since it has all it needs, may miss. */
    void mention() throws ClosedChannelException {
        if (!output.pending()) {
            return;
        }
        try {
            write();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            output.forget();
        }
    }

    /** Says what the selector waits for: that something comes, and that something can be written. */
    void await(boolean incoming, boolean outgoing) {
        int wanted = (incoming && !gone ? SelectionKey.OP_READ : 0) | (outgoing ? SelectionKey.OP_WRITE : 0);
        if (wanted != interest) {
            key.interestOps(wanted);
            interest = wanted;
        }
    }

    /** The next notice of a fault among what has come, or null; everything else is dropped. */
    @Nullable
    FaultNotice findNotice(int size) {
        try {
            for (int reads = 0; reads < MOST_READS; reads++) {
                while (input.next()) {
                    if (input.kind() == RecordKind.FAULT) {
                        return FaultNotice.read(input, size);
                    }
                }
                if (read() <= 0) {
                    break;
                }
            }
        } catch (IOException | NonsenseException e) {
            gone = true;
        }
        return null;
    }

    /** Reads and drops. */
    void drain() {
        try {
            for (int reads = 0; reads < MOST_READS; reads++) {
                input.discard();
                if (read() <= 0) {
                    break;
                }
            }
        } catch (IOException e) {
            gone = true;
        }
    }

    void close() {
        Closing.quietly(channel);
    }
}
