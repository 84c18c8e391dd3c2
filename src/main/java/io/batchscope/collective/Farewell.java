package io.batchscope.collective;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.time.Duration;

/** How a rank leaves a broken ring: it finds out whose fault it is and tells both neighbours, who tell theirs. */
final class Farewell {
    /** Notices of one fault go round both ways; this is ample for the second to come where a link broke first. */
    private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

    /** The least time that neighbours get to take a notice. */
    static final long TELL_NANOS = Duration.ofMillis(500).toNanos();

    private final RingLinks links;

    Farewell(RingLinks links) {
        this.links = links;
    }

    /**
     * What is to blame in the end. A neighbour that is gone may have left because of another rank, of which a notice then
     * is here or comes soon.
     */
    FaultNotice settle(RingFault fault) {
        if (!fault.brokenLink()) {
            return fault.notice();
        }
        try {
            long startNanos = System.nanoTime();
            while (true) {
                FaultNotice told = links.previous().findNotice(links.size());
                if (told == null) {
                    told = links.next().findNotice(links.size());
                }
                long leftNanos = LOOK_NANOS - (System.nanoTime() - startNanos);
                if (told != null) {
                    return told;
                }
                if (leftNanos <= 0 || (links.previous().gone() && links.next().gone())) {
                    return fault.notice();
                }
                await(false, false, leftNanos);
            }
        } catch (IOException | ClosedSelectorException | CancelledKeyException e) {
            return fault.notice();
        }
    }

    /**
     * Tells both neighbours. What has been begun to be sent goes first, so a neighbour that does not read gets nothing; what
     * comes in meanwhile is dropped, so that ranks that tell each other don't wait for each other.
     *
     * @param nanos the longest wait for a neighbour that does not read; an interrupt cuts it short
     */
    void tell(FaultNotice notice, long nanos) {
        notice.appendTo(links.previous().output());
        notice.appendTo(links.next().output());
        boolean toPrevious = true;
        boolean toNext = true;
        boolean interrupted = false;
        try {
            long startNanos = System.nanoTime();
            long mostNanos = nanos;
            while (true) {
                if (Thread.interrupted()) {
                    interrupted = true;
                    mostNanos = Math.min(mostNanos, System.nanoTime() - startNanos + TELL_NANOS);
                }
                links.previous().drain();
                links.next().drain();
                toPrevious = toPrevious && pending(links.previous());
                toNext = toNext && pending(links.next());
                long leftNanos = mostNanos - (System.nanoTime() - startNanos);
                if (leftNanos <= 0 || (!toPrevious && !toNext)) {
                    return;
                }
                await(toPrevious, toNext, leftNanos);
            }
        } catch (IOException | ClosedSelectorException | CancelledKeyException e) {
            // Closed by another thread: there is nobody to tell any more.
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether there is more to write after what could be written now. */
    private static boolean pending(RingLink link) {
        try {
            link.write();
            return link.output().pending() && !link.gone();
        } catch (IOException e) {
            return false;
        }
    }

    private void await(boolean toPrevious, boolean toNext, long nanos) throws IOException {
        links.previous().await(true, toPrevious);
        links.next().await(true, toNext);
        links.selector().select(Farewell::ignore, nanos / 1_000_000 + 1);
    }

    private static void ignore(SelectionKey key) {}
}
