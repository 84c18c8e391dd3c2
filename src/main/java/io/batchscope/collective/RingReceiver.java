package io.batchscope.collective;

import java.nio.channels.ClosedChannelException;

/** The side of a ring from which elements come: takes the previous rank's records. */
final class RingReceiver {
    private final RingLink previous;
    private final int size;
    private final Operation operation;
    private final Patience patience;
    private final ChunkCursor cursor;
    private boolean called;

    RingReceiver(RingLinks links, Operation operation, Patience patience) {
        previous = links.previous();
        size = links.size();
        this.operation = operation;
        this.patience = patience;
        cursor = new ChunkCursor(previous.peer(), size, operation);
    }

    /** The operation has just begun. */
    void start() {
        called = false;
        cursor.reset();
    }

    /** How far this rank has received. */
    ChunkCursor cursor() {
        return cursor;
    }

    boolean done() {
        return called && cursor.atEnd();
    }

    /** Takes what has come in; returns whether the operation has come further. */
    boolean receive() throws ClosedChannelException, RingFault {
        if (done()) {
            return false;
        }
        try {
            boolean progress = takeRecords();
            if (!done() && previous.readOrFail() > 0) {
                progress |= takeRecords();
            }
            return progress;
        } catch (NonsenseException e) {
            throw RingFault.of(previous.peer(), String.valueOf(e.getMessage()));
        }
    }

    private boolean takeRecords() throws NonsenseException, RingFault {
        RecordInput input = previous.input();
        boolean progress = false;
        while (!done() && input.next()) {
            switch (input.kind()) {
                case OPERATION -> takeCall();
                case DATA -> takeElements();
                case WAITING -> {
                    patience.hearPrevious(WaitingNotice.read(input, size));
                    continue;
                }
                case FAULT -> throw RingFault.told(FaultNotice.read(input, size));
            }
            progress = true;
        }
        return progress;
    }

    private void takeCall() throws NonsenseException, RingFault {
        if (called) {
            throw new NonsenseException("sent a call before the end of the last");
        }
        String mismatch = operation.mismatch(previous.input());
        if (mismatch != null) {
            throw RingFault.of(previous.peer(), mismatch);
        }
        called = true;
    }

    private void takeElements() throws NonsenseException {
        RecordInput input = previous.input();
        int bytes = operation.elementBytes();
        int count = input.length() / bytes;
        if (!called || count == 0 || count * bytes != input.length() || count > cursor.contiguous()) {
            throw new NonsenseException("sent elements where they don't belong");
        }
        int index = input.start() / bytes;
        int into = cursor.position();
        if (cursor.partial()) {
            operation.vector().add(index, into, count);
        } else {
            operation.vector().take(index, into, count);
        }
        cursor.advance(count);
    }
}
