package io.batchscope.collective;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A collective over a ring of TCP connections: reduce-scatter, then all-gather (Patarasuk and Yuan 2009). Each rank
 * sends and receives 2·(size − 1)/size of the vector, all ranks at the same time. A chunk's sum starts at the rank
 * with the chunk's number and goes round the ring once, so its order depends on nothing but the vector's length and
 * the number of ranks.
 *
 * <p>An operation is one stream in each connection: a header (bytes of an element, operation number, length), then the chunks of
 * {@link ChunkCursor}. An element may leave as soon as it has come in and been added, so nothing waits for a whole
 * chunk; sockets don't block, so nothing waits for a neighbour that is itself sending. Reading stops at the end of the
 * operation: a fast neighbour's next operation stays in the socket until this rank calls it.
 *
 * <p>Used by one thread at a time; {@link #close} may come from any. After a failed operation the vector's content is
 * undefined and the collective is closed, which makes the neighbours fail in their turn.
 */
final class RingCollective implements Collective {
    private static final int BUFFER_BYTES = 1 << 17;
    private static final int HEADER_BYTES = 24;

    private final RingLinks links;
    private final Duration timeout;
    private final long timeoutNanos;
    private final long starvedNanos;
    private final String previousPeer;
    private final String nextPeer;
    private final SelectionKey previousKey;
    private final SelectionKey nextKey;
    private final ByteBuffer incoming = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final ByteBuffer probe = ByteBuffer.allocateDirect(1);
    private final WireVector.OfFloats floats = new WireVector.OfFloats(outgoing, incoming);
    private final WireVector.OfDoubles doubles = new WireVector.OfDoubles(outgoing, incoming);
    private final ChunkCursor sending;
    private final ChunkCursor receiving;
    private volatile @Nullable String closed;

    // Of the operation in progress.
    private WireVector vector = floats;
    private long operation;
    private int first;
    private int length;
    private long bytesToReceive;
    private boolean headerSeen;

    RingCollective(RingLinks links, Duration timeout) {
        this.links = links;
        this.timeout = timeout;
        timeoutNanos = timeout.toNanos();
        starvedNanos = timeout.plus(timeout.dividedBy(10)).plusSeconds(1).toNanos();
        previousPeer = links.previousPeer();
        nextPeer = links.nextPeer();
        previousKey = Objects.requireNonNull(links.previous().keyFor(links.selector()));
        nextKey = Objects.requireNonNull(links.next().keyFor(links.selector()));
        sending = new ChunkCursor(links.rank(), links.size());
        receiving = new ChunkCursor(Math.floorMod(links.rank() - 1, links.size()), links.size());
    }

    @Override
    public int rank() {
        return links.rank();
    }

    @Override
    public int size() {
        return links.size();
    }

    @Override
    public void allReduceSum(float[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        try {
            reduce(floats.on(values), from, to - from);
        } finally {
            floats.release();
        }
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        try {
            reduce(doubles.on(values), from, to - from);
        } finally {
            doubles.release();
        }
    }

    @Override
    public void close() {
        if (closed == null) {
            closed = "rank " + rank() + " has closed its connections";
        }
        links.close();
    }

    private void reduce(WireVector on, int from, int count) {
        begin(on, from, count);
        boolean done = false;
        try {
            refuseIfStopped();
            append();
            long lastProgressNanos = System.nanoTime();
            while (!allSent() || bytesToReceive > 0) {
                if (send() + receive() > 0) {
                    lastProgressNanos = System.nanoTime();
                } else {
                    checkNext();
                    awaitPeers(System.nanoTime() - lastProgressNanos);
                }
            }
            done = true;
        } catch (ClosedChannelException | ClosedSelectorException | CancelledKeyException e) {
            refuseIfStopped();
            throw failure("rank " + rank() + " has closed its connections", e);
        } catch (IOException e) {
            throw failure("rank " + rank() + " cannot wait for its peers: " + e, e);
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void begin(WireVector on, int from, int count) {
        vector = on;
        operation++;
        first = from;
        length = count;
        sending.reset(count);
        receiving.reset(count);
        headerSeen = false;
        bytesToReceive = HEADER_BYTES + receiving.total() * on.type().bytes();
        incoming.clear();
        outgoing.clear();
        outgoing.putInt(on.type().bytes()).putInt(0).putLong(operation).putLong(count);
    }

    private boolean allSent() {
        return sending.atEnd() && !outgoing.hasRemaining();
    }

    /** Fills the rest of the outgoing buffer with what may go and makes it ready to be written. */
    private void append() {
        int bytes = vector.type().bytes();
        while (true) {
            // What may go: the own chunk, and everything that has come in.
            long ready = sending.firstChunkLength() + receiving.walked() - sending.walked();
            int count = Math.min(outgoing.remaining() / bytes, (int) Math.min(ready, sending.contiguous()));
            if (count == 0) {
                break;
            }
            vector.put(outgoing.position() / bytes, first + sending.position(), count);
            outgoing.position(outgoing.position() + count * bytes);
            sending.advance(count);
        }
        outgoing.flip();
    }

    /** Writes what can be written at once; returns bytes written. */
    private long send() throws ClosedChannelException {
        long written = 0;
        while (true) {
            if (!outgoing.hasRemaining()) {
                outgoing.clear();
                append();
            }
            if (!outgoing.hasRemaining()) {
                return written;
            }
            int count = write();
            if (count == 0) {
                return written;
            }
            written += count;
        }
    }

    /** Takes one buffer of what has come in; returns bytes read. */
    private int receive() throws ClosedChannelException {
        if (bytesToReceive == 0) {
            return 0;
        }
        incoming.limit((int) Math.min(incoming.capacity(), incoming.position() + bytesToReceive));
        int count = read(links.previous(), incoming, previousPeer);
        bytesToReceive -= count;
        incoming.flip();
        if (!headerSeen && incoming.remaining() >= HEADER_BYTES) {
            checkHeader();
            headerSeen = true;
        }
        if (headerSeen) {
            takeElements();
        }
        incoming.compact();
        return count;
    }

    private void takeElements() {
        int bytes = vector.type().bytes();
        int count;
        while ((count = Math.min(incoming.remaining() / bytes, receiving.contiguous())) > 0) {
            int index = incoming.position() / bytes;
            if (receiving.partial()) {
                vector.add(index, first + receiving.position(), count);
            } else {
                vector.take(index, first + receiving.position(), count);
            }
            incoming.position(incoming.position() + count * bytes);
            receiving.advance(count);
        }
    }

    private void checkHeader() {
        int theirBytes = incoming.getInt();
        incoming.getInt();
        long theirNumber = incoming.getLong();
        long theirLength = incoming.getLong();
        if (theirBytes != vector.type().bytes() || theirNumber != operation || theirLength != length) {
            ElementType theirType = theirBytes == Double.BYTES ? ElementType.DOUBLES : ElementType.FLOATS;
            String theirs = Wording.operation(theirNumber, theirLength, theirType);
            throw failure(Wording.mismatch(previousPeer, theirs, rank(), describe()), null);
        }
    }

    private int write() throws ClosedChannelException {
        try {
            return links.next().write(outgoing);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw failure(Wording.closed(nextPeer), e);
        }
    }

    private int read(SocketChannel channel, ByteBuffer into, String peer) throws ClosedChannelException {
        int count;
        try {
            count = channel.read(into);
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw failure(Wording.closed(peer), e);
        }
        if (count < 0) {
            throw failure(Wording.closed(peer), null);
        }
        return count;
    }

    /**
     * The next rank never sends, so anything but silence from it means that it is gone. Once it has everything it may
     * go: it could be done with its last operation before this rank is.
     */
    private void checkNext() throws ClosedChannelException {
        if (!allSent() && read(links.next(), probe.clear(), nextPeer) > 0) {
            throw failure(nextPeer + " sent bytes where none belong", null);
        }
    }

    private void awaitPeers(long waitedNanos) throws IOException {
        boolean cannotWrite = outgoing.hasRemaining();
        // The rank next to the silent one knows whom to blame: it has the first word, those it starves wait longer.
        boolean starved = headerSeen && !cannotWrite;
        long limitNanos = starved ? starvedNanos : timeoutNanos;
        if (waitedNanos >= limitNanos) {
            boolean blameNext = headerSeen && cannotWrite;
            throw failure(Wording.didNotAnswer(blameNext ? nextPeer : previousPeer, timeout), null);
        }
        previousKey.interestOps(bytesToReceive > 0 ? SelectionKey.OP_READ : 0);
        nextKey.interestOps(
                allSent() ? 0 : cannotWrite ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        links.selector().select(RingCollective::ignore, (limitNanos - waitedNanos) / 1_000_000 + 1);
        refuseIfStopped();
    }

    private void refuseIfStopped() {
        String reason = closed;
        if (reason != null) {
            throw failure(reason, null);
        }
        if (Thread.currentThread().isInterrupted()) {
            throw failure(Wording.interrupted(rank()), null);
        }
    }

    /** Selection only wakes this thread; what is ready shows when it is tried. */
    private static void ignore(SelectionKey key) {}

    private String describe() {
        return Wording.operation(operation, length, vector.type());
    }

    /** Remembers what went wrong, for later calls. */
    private CollectiveException failure(String fault, @Nullable Throwable cause) {
        String already = closed;
        closed = already == null ? fault : already;
        String message = Wording.during(fault, describe(), rank());
        return cause == null ? new CollectiveException(message) : new CollectiveException(message, cause);
    }
}
