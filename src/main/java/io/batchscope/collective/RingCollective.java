package io.batchscope.collective;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A collective over a ring of TCP connections: reduce-scatter, then all-gather (Patarasuk and Yuan 2009). Each rank
 * sends and receives 2·(size − 1)/size of the vector, all ranks at the same time. A chunk's sum starts at the rank
 * with the chunk's number and goes round the ring once, so its order depends on nothing but the vector's length and
 * the number of ranks.
 *
 * <p>An operation is a stream of records in each connection: what is called, then the elements in the order of
 * {@link ChunkCursor}. An element may leave as soon as its record has come in and been added, so nothing waits for a whole
 * chunk; sockets don't block, so nothing waits for a neighbour that is itself sending. A fast neighbour's next operation
 * stays in the buffers until this rank calls it.
 *
 * <p>A rank at which an operation fails tells both neighbours whose fault it is, those tell theirs, and all close: see
 * {@link Farewell}. A rank that waits for another says so to the next one from time to time, so that all name the same one
 * if it never comes.
 *
 * <p>Used by one thread at a time; {@link #close} may come from any. After a failed operation the vector's content is
 * undefined and the collective is closed.
 */
final class RingCollective implements Collective {
    /** A peer that is about to send does so within this time; sleeping and waking up takes longer. */
    private static final long SPIN_NANOS = 20_000;

    private final RingLinks links;
    private final RingLink previous;
    private final RingLink next;
    private final Duration timeout;
    private final Patience patience;
    private final WireVector.OfFloats floats;
    private final WireVector.OfDoubles doubles;
    private final ChunkCursor sending;
    private final ChunkCursor receiving;
    private volatile @Nullable String closed;

    // Of the operation in progress.
    private WireVector vector;
    private long operation;
    private int first;
    private int length;
    private boolean called;

    RingCollective(RingLinks links, Duration timeout) {
        this.links = links;
        this.timeout = timeout;
        previous = links.previous();
        next = links.next();
        patience = new Patience(links.rank(), previous.peer(), timeout);
        floats =
                new WireVector.OfFloats(next.output().buffer(), previous.input().buffer());
        doubles = new WireVector.OfDoubles(
                next.output().buffer(), previous.input().buffer());
        vector = floats;
        sending = new ChunkCursor(links.rank(), links.size());
        receiving = new ChunkCursor(previous.peer(), links.size());
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
        vector = on;
        operation++;
        first = from;
        length = count;
        called = false;
        sending.reset(count);
        receiving.reset(count);
        boolean done = false;
        try {
            refuseIfClosed();
            exchange();
            done = true;
        } catch (RingFault fault) {
            throw leave(fault);
        } catch (ClosedChannelException | ClosedSelectorException | CancelledKeyException e) {
            refuseIfClosed();
            throw failure("rank " + rank() + " has closed its connections", e);
        } catch (IOException e) {
            throw failure("rank " + rank() + " cannot wait for its peers: " + e, e);
        } finally {
            if (!done) {
                close();
            }
        }
    }

    private void exchange() throws IOException, RingFault {
        refuseIfInterrupted();
        patience.renew();
        call();
        while (!allSent() || !allReceived()) {
            boolean sent = send();
            boolean received = receive();
            if (sent || received) {
                patience.renew();
            } else if (patience.spentNanos() < SPIN_NANOS) {
                Thread.onSpinWait();
            } else {
                awaitPeers();
            }
        }
    }

    private void call() {
        RecordOutput output = next.output();
        int start = output.start();
        output.buffer()
                .putInt(start, vector.type().bytes())
                .putInt(start + 4, 0)
                .putLong(start + 8, operation)
                .putLong(start + 16, length);
        output.end(RecordKind.OPERATION, 24);
    }

    private boolean allSent() {
        return sending.atEnd() && !next.output().pending();
    }

    private boolean allReceived() {
        return called && receiving.atEnd();
    }

    /** Sends what may go and can be written at once; returns whether anything was written. */
    private boolean send() throws ClosedChannelException, RingFault {
        boolean progress = false;
        do {
            if (!next.output().pending() || operationJustCalled()) {
                append();
            }
            if (!next.output().pending()) {
                return progress;
            }
            progress |= write() > 0;
        } while (!next.output().pending());
        return progress;
    }

    private boolean operationJustCalled() {
        return sending.walked() == 0;
    }

    /** Builds records of what may go: the own chunk, and everything that has come in. */
    private void append() {
        int bytes = vector.type().bytes();
        RecordOutput output = next.output();
        while (output.hasRoom()) {
            long ready = sending.firstChunkLength() + receiving.walked() - sending.walked();
            int count = Math.min(RecordOutput.DATA_BYTES / bytes, (int) Math.min(ready, sending.contiguous()));
            if (count == 0) {
                return;
            }
            vector.put(output.start() / bytes, first + sending.position(), count);
            output.end(RecordKind.DATA, count * bytes);
            sending.advance(count);
        }
    }

    /** Takes what has come in; returns whether the operation has come further. */
    private boolean receive() throws ClosedChannelException, RingFault {
        if (allReceived()) {
            return false;
        }
        try {
            boolean progress = takeRecords();
            if (!allReceived() && read(previous) > 0) {
                progress |= takeRecords();
            }
            return progress;
        } catch (NonsenseException e) {
            throw RingFault.of(previous.peer(), String.valueOf(e.getMessage()));
        }
    }

    private boolean takeRecords() throws NonsenseException, RingFault {
        boolean progress = false;
        while (!allReceived() && previous.input().next()) {
            switch (previous.input().kind()) {
                case OPERATION -> checkCall();
                case DATA -> takeElements();
                case WAITING -> {
                    patience.hear(previous.input());
                    continue;
                }
                case FAULT -> throw RingFault.told(FaultNotice.read(previous.input(), size()));
            }
            progress = true;
        }
        return progress;
    }

    private void takeElements() throws NonsenseException {
        RecordInput input = previous.input();
        int bytes = vector.type().bytes();
        int count = input.length() / bytes;
        if (!called || count == 0 || count * bytes != input.length() || count > receiving.contiguous()) {
            throw new NonsenseException("sent elements where they don't belong");
        }
        int index = input.start() / bytes;
        if (receiving.partial()) {
            vector.add(index, first + receiving.position(), count);
        } else {
            vector.take(index, first + receiving.position(), count);
        }
        receiving.advance(count);
    }

    private void checkCall() throws NonsenseException, RingFault {
        RecordInput input = previous.input();
        ElementType theirType =
                input.length() == 24 ? ElementType.of(input.buffer().getInt(input.start())) : null;
        if (called || theirType == null) {
            throw new NonsenseException("sent a call that cannot be read");
        }
        long theirNumber = input.buffer().getLong(input.start() + 8);
        long theirLength = input.buffer().getLong(input.start() + 16);
        if (theirType != vector.type() || theirNumber != operation || theirLength != length) {
            String theirs = Wording.operation(theirNumber, theirLength, theirType);
            throw RingFault.of(previous.peer(), Wording.mismatch(theirs, rank(), describe()));
        }
        called = true;
    }

    private int write() throws ClosedChannelException, RingFault {
        try {
            return next.write();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw RingFault.gone(next.peer(), e);
        }
    }

    private static int read(RingLink link) throws ClosedChannelException, RingFault {
        int count;
        try {
            count = link.read();
        } catch (ClosedChannelException e) {
            throw e;
        } catch (IOException e) {
            throw RingFault.gone(link.peer(), e);
        }
        if (count < 0) {
            throw RingFault.gone(link.peer(), null);
        }
        return count;
    }

    /**
     * The next rank only sends notices. Once it has everything it may go: it could be done with its last operation before
     * this rank is.
     */
    private void checkNext() throws ClosedChannelException, RingFault {
        if (next.gone()) {
            return;
        }
        try {
            read(next);
        } catch (RingFault gone) {
            if (!allSent()) {
                throw gone;
            }
            return;
        }
        try {
            while (next.input().next()) {
                if (next.input().kind() != RecordKind.FAULT) {
                    throw new NonsenseException("sent records where none belong");
                }
                throw RingFault.told(FaultNotice.read(next.input(), size()));
            }
        } catch (NonsenseException e) {
            throw RingFault.of(next.peer(), String.valueOf(e.getMessage()));
        }
    }

    private void awaitPeers() throws IOException, RingFault {
        checkNext();
        boolean cannotWrite = next.output().pending();
        if (patience.isOver()) {
            throw RingFault.of(cannotWrite ? next.peer() : patience.waitedFor(), Wording.didNotAnswer(timeout));
        }
        // Who still needs something from here would else take this rank for the one that does not come.
        boolean starved = !cannotWrite && !allSent();
        if (starved && patience.isTimeToTell()) {
            patience.tell(next.output());
            write();
        }
        previous.await(!allReceived(), false);
        next.await(true, next.output().pending());
        links.selector().select(RingCollective::ignore, patience.nanosToWait(starved) / 1_000_000 + 1);
        refuseIfClosed();
        refuseIfInterrupted();
    }

    /** Selection only wakes this thread; what is ready shows when it is tried. */
    private static void ignore(SelectionKey key) {}

    /** Tells the others and closes. */
    private CollectiveException leave(RingFault fault) {
        refuseIfClosed();
        boolean interrupted = Thread.interrupted();
        Farewell farewell = new Farewell(links);
        FaultNotice notice = farewell.settle(fault);
        farewell.tell(notice, interrupted ? Farewell.TELL_NANOS : Math.max(Farewell.TELL_NANOS, patience.leftNanos()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return failure(notice.told(rank(), links.addresses()), fault.getCause());
    }

    private void refuseIfClosed() {
        String reason = closed;
        if (reason != null) {
            throw failure(reason, null);
        }
    }

    private void refuseIfInterrupted() throws RingFault {
        if (Thread.currentThread().isInterrupted()) {
            throw RingFault.of(rank(), Wording.INTERRUPTED);
        }
    }

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
