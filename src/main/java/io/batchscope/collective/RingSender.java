package io.batchscope.collective;

import java.nio.channels.ClosedChannelException;

/** The side of a ring to which elements go. */
final class RingSender {
    private final RingLink next;
    private final RecordOutput output;
    private final int size;
    private final Operation operation;
    private final Patience patience;
    private final ChunkCursor cursor;
    private boolean done;
    private long sentBytes;

    RingSender(RingLinks links, Operation operation, Patience patience) {
        next = links.next();
        output = next.output();
        size = links.size();
        this.operation = operation;
        this.patience = patience;
        cursor = new ChunkCursor(links.rank(), size, operation);
    }

    /** The operation has just begun. */
    void start() {
        cursor.reset();
        operation.call(output);
        done = false;
    }

    /** Whether the call and all elements have been written. */
    boolean done() {
        return done;
    }

    /** Of elements, so far. */
    long sentBytes() {
        return sentBytes;
    }

    /**
     * Sends what may go and can be written at once; returns whether anything was written.
     *
     * @param received how far this rank has received
     */
    boolean send(ChunkCursor received) throws ClosedChannelException, RingFault {
        if (done) {
            return false;
        }
        boolean progress = false;
        do {
            if (!output.pending() || cursor.atStart()) {
                append(received);
            }
            if (!output.pending()) {
                done = cursor.atEnd();
                return progress;
            }
            progress |= next.writeOrFail() > 0;
        } while (!output.pending());
        return progress;
    }

    /** Builds records of what may go: the own chunk, and everything that has come in. */
    private void append(ChunkCursor received) {
        int bytes = operation.elementBytes();
        while (output.hasRoom()) {
            int count = cursor.ready(received);
            if (count == 0) {
                return;
            }
            operation.vector().put(output.start() / bytes, cursor.position(), count);
            output.end(RecordKind.DATA, count * bytes);
            sentBytes += (long) count * bytes;
            cursor.advance(count);
        }
    }

    /**
     * Hears what the next rank says: for whom it waits, and notices. Once it has everything it may go: it could be done with its
     * last operation before this rank is.
     */
    void listen() throws ClosedChannelException, RingFault {
        if (next.gone()) {
            return;
        }
        try {
            next.readOrFail();
        } catch (RingFault gone) {
            if (!done) {
                throw gone;
            }
            return;
        }
        RecordInput input = next.input();
        try {
            while (input.next()) {
                switch (input.kind()) {
                    case WAITING -> patience.hearNext(WaitingNotice.read(input, size));
                    case FAULT -> throw RingFault.told(FaultNotice.read(input, size));
                    default -> throw new NonsenseException("sent records where none belong");
                }
            }
        } catch (NonsenseException e) {
            throw RingFault.of(next.peer(), String.valueOf(e.getMessage()));
        }
    }
}
