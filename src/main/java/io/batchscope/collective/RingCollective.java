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
 * A collective over a ring of TCP connections. A sum is a reduce-scatter, then an all-gather (Patarasuk and Yuan 2009): each
 * rank sends and receives 2·(size − 1)/size of the vector, all ranks at the same time. Gathering is the second half alone. A chunk's sum starts at the rank
 * with the chunk's number and goes round the ring once, so its order depends on nothing but the vector's length and
 * the number of ranks.
 *
 * <p>An operation is a stream of records in each connection: what is called, then the elements in the order of
 * {@link ChunkCursor}. An element may leave as soon as its record has come in and been added, so nothing waits for a whole
 * chunk; sockets don't block, so nothing waits for a neighbour that is itself sending. A fast neighbour's next operation
 * stays in the buffers until this rank calls it.
 *
 * <p>A rank at which an operation fails tells both neighbours whose fault it is, those tell theirs, and all close: see
 * {@link Farewell}. A rank that waits for another says so to its neighbours from time to time, so that all name the same one
 * if it never comes: see {@link Patience}.
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
    private final WireVector.OfIntegers integers;
    private final Operation operation;
    private final RingSender sender;
    private final RingReceiver receiver;
    private volatile @Nullable String closed;

    RingCollective(RingLinks links, Duration timeout) {
        this.links = links;
        this.timeout = timeout;
        previous = links.previous();
        next = links.next();
        patience = new Patience(links.rank(), links.size(), timeout, System::nanoTime);
        floats =
                new WireVector.OfFloats(next.output().buffer(), previous.input().buffer());
        doubles = new WireVector.OfDoubles(
                next.output().buffer(), previous.input().buffer());
        integers = new WireVector.OfIntegers(
                next.output().buffer(), previous.input().buffer());
        operation = new Operation(links.rank(), links.size(), floats);
        sender = new RingSender(links, operation, patience);
        receiver = new RingReceiver(links, operation, patience);
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
            operation.startSum(floats.on(values), from, to - from);
            run();
        } finally {
            floats.release();
        }
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        try {
            operation.startSum(doubles.on(values), from, to - from);
            run();
        } finally {
            doubles.release();
        }
    }

    @Override
    public void allGather(int[] values, int[] starts) {
        Chunks.checkStarts(starts, size(), values.length);
        try {
            operation.startGather(integers.on(values), starts);
            run();
        } finally {
            integers.release();
        }
    }

    @Override
    public long sentBytes() {
        return sender.sentBytes();
    }

    @Override
    public void close() {
        if (closed == null) {
            closed = "rank " + rank() + " has closed its connections";
        }
        links.close();
    }

    private void run() {
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
        patience.begin();
        sender.start();
        receiver.start();
        while (!sender.done() || !receiver.done()) {
            boolean sent = sender.send(receiver.cursor());
            boolean received = receiver.receive();
            if (sent || received) {
                patience.progress(sent, received);
            } else {
                pause();
                patience.look();
            }
        }
        takeBack();
    }

    private void pause() throws IOException, RingFault {
        if (patience.spentNanos() < SPIN_NANOS) {
            Thread.onSpinWait();
            return;
        }
        sender.listen();
        boolean cannotWrite = !sender.done() && next.output().pending();
        if (patience.isOver(cannotWrite)) {
            throw RingFault.of(patience.waitedFor(cannotWrite), Wording.didNotAnswer(timeout));
        }
        tell();
        previous.await(!receiver.done(), false);
        next.await(true, next.output().pending());
        links.selector().select(RingCollective::ignore, patience.nanosToWait(cannotWrite) / 1_000_000 + 1);
        refuseIfClosed();
        refuseIfInterrupted();
    }

    /**
     * Who waits for this rank would else take it for the one that does not come: the next one, also when it has all elements,
     * as it may be in the next operation; or the previous one, as long as this rank has no room for what it sends then.
     */
    private void tell() throws ClosedChannelException {
        if (sender.done() || !next.output().pending()) {
            say(patience.tellNext(), next);
        } else if (receiver.done()) {
            say(patience.tellPrevious(), previous);
        }
    }

    /** Who was told that this rank waits would else look beyond it when it does not come to the next operation. */
    private void takeBack() throws ClosedChannelException {
        if (patience.hasToldNext()) {
            say(rank(), next);
        }
        if (patience.hasToldPrevious()) {
            say(rank(), previous);
        }
    }

    private static void say(int waitedFor, RingLink to) throws ClosedChannelException {
        // Else it is no use to say more, as what was said before is still on its way.
        if (waitedFor != Patience.NOBODY && !to.output().pending()) {
            WaitingNotice.append(waitedFor, to.output());
        }
        to.mention();
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

    /** Remembers what went wrong, for later calls. */
    private CollectiveException failure(String fault, @Nullable Throwable cause) {
        String already = closed;
        closed = already == null ? fault : already;
        String message = Wording.during(fault, operation.describe(), rank());
        return cause == null ? new CollectiveException(message) : new CollectiveException(message, cause);
    }
}
