package io.batchscope.collective;

import io.batchscope.train.CollectiveException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects one rank with its two neighbours. One thread serves the call to the next rank and everybody who calls here
 * at the same time, so that a silent stranger holds nobody up. If it fails, the neighbour that is connected already hears why.
 */
final class RingHandshake {
    private static final Logger LOG = LoggerFactory.getLogger(RingHandshake.class);
    /** More than any port scan keeps open at once here, few enough to cost nothing. */
    private static final int MOST_GUESTS = 64;

    private static final long GUEST_NANOS = Duration.ofSeconds(5).toNanos();

    private final int rank;
    private final int size;
    private final List<String> addresses;
    private final RunSecret secret;
    private final boolean encrypted;
    private final Duration timeout;
    private final ByteBuffer previousHello;
    private final List<Guest> guests = new ArrayList<>();
    private @Nullable Guest previous;
    private @Nullable FaultNotice fault;
    private int refused;
    private String lastRefusal = "";

    RingHandshake(int rank, List<String> addresses, RunSecret secret, boolean encrypted, Duration timeout) {
        this.rank = rank;
        this.size = addresses.size();
        this.addresses = List.copyOf(addresses);
        this.secret = secret;
        this.encrypted = encrypted;
        this.timeout = timeout;
        previousHello = RingGreeting.hello(size, previousRank(), rank, encrypted, new byte[RunSecret.NONCE_BYTES]);
    }

    /** Waits until both neighbours are connected, then closes the server. */
    RingLinks connect(ServerSocketChannel server) {
        Selector selector = openSelector();
        Caller caller = null;
        RingLinks links = null;
        try {
            server.register(selector, SelectionKey.OP_ACCEPT);
            caller = callNext(selector);
            awaitNeighbours(selector, server, caller);
            Guest from = previous;
            if (from == null) {
                throw new IllegalStateException("the wait ended without the previous rank");
            }
            Closing.quietly(server);
            dismissGuests();
            // Closed channels leave the selector, and their ports become free, only with the next selection.
            selector.selectNow();
            links = new RingLinks(
                    rank,
                    addresses,
                    RingLink.previous(previousRank(), from.channel(), selector, from.keys()),
                    RingLink.next(nextRank(), caller.channel(), selector, caller.keys()),
                    selector);
            return links;
        } catch (IOException e) {
            throw new CollectiveException(
                    Wording.during("rank " + rank + " cannot listen: " + e, operation(), rank), e);
        } finally {
            if (links == null) {
                abandon(selector, caller);
            }
        }
    }

    private Selector openSelector() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new CollectiveException("rank " + rank + " cannot open a selector: " + e.getMessage(), e);
        }
    }

    private Caller callNext(Selector selector) {
        try {
            ByteBuffer hello = RingGreeting.hello(size, rank, nextRank(), encrypted, secret.nonce());
            return Caller.call(selector, RingSockets.parse(addresses.get(nextRank())), secret, hello);
        } catch (IOException e) {
            throw cannotReachNext(e);
        }
    }

    private void awaitNeighbours(Selector selector, ServerSocketChannel server, Caller caller) throws IOException {
        long startNanos = System.nanoTime();
        while (previous == null || !caller.done()) {
            long leftNanos = timeout.toNanos() - (System.nanoTime() - startNanos);
            if (leftNanos <= 0) {
                throw late(caller);
            }
            selector.select(Math.min(leftNanos, GUEST_NANOS) / 1_000_000 + 1);
            if (Thread.currentThread().isInterrupted()) {
                throw failure(rank, Wording.INTERRUPTED, null);
            }
            for (SelectionKey key : selector.selectedKeys()) {
                if (key.channel() == server) {
                    accept(server, selector);
                } else if (key.attachment() instanceof Guest guest) {
                    serve(guest);
                } else if (key.isValid()) {
                    proceed(caller, selector);
                }
            }
            selector.selectedKeys().clear();
            dismissSilentGuests();
        }
    }

    private void proceed(Caller caller, Selector selector) {
        if (caller.done()) {
            throw left(caller, selector);
        }
        try {
            String wrong = caller.proceed();
            if (wrong != null) {
                throw failure(nextRank(), wrong, null);
            }
        } catch (IOException e) {
            throw cannotReachNext(e);
        }
    }

    private void accept(ServerSocketChannel server, Selector selector) throws IOException {
        SocketChannel channel = server.accept();
        if (channel == null) {
            return;
        }
        try {
            guests.add(new Guest(channel, selector, secret, previousHello));
        } catch (IOException e) {
            LOG.debug("A caller was gone before it was heard", e);
            Closing.quietly(channel);
        }
        if (guests.size() > MOST_GUESTS) {
            refuse(
                    guests.stream()
                            .filter(guest -> !guest.greeted())
                            .findFirst()
                            .orElse(guests.get(guests.size() - 1)),
                    "too many at once");
        }
    }

    private void serve(Guest guest) {
        if (!guest.channel().isOpen()) {
            return;
        }
        try {
            String wrong = guest.proceed();
            if (wrong != null) {
                refuse(guest, wrong);
            } else if (guest.done() && previous == null) {
                guests.remove(guest);
                previous = guest;
            }
        } catch (IOException e) {
            refuse(guest, "it broke off");
        }
    }

    private void dismissSilentGuests() {
        for (Guest guest : List.copyOf(guests)) {
            if (!guest.greeted() && System.nanoTime() - guest.arrivedNanos() > GUEST_NANOS) {
                refuse(guest, "it kept silent");
            }
        }
    }

    private void refuse(Guest guest, String why) {
        guests.remove(guest);
        Closing.quietly(guest.channel());
        refused++;
        lastRefusal = guest.address() + ": " + why;
        LOG.info("Rank {} refused a connection from {}", rank, lastRefusal);
    }

    private void dismissGuests() {
        guests.forEach(guest -> Closing.quietly(guest.channel()));
        guests.clear();
    }

    private void abandon(Selector selector, @Nullable Caller caller) {
        dismissGuests();
        tellNeighbours(selector, caller);
        if (previous != null) {
            Closing.quietly(previous.channel());
        }
        if (caller != null) {
            Closing.quietly(caller.channel());
        }
        Closing.quietly(selector);
    }

    private void tellNeighbours(Selector selector, @Nullable Caller caller) {
        FaultNotice notice = fault;
        Guest from = previous;
        if (notice != null && from != null) {
            tell(notice, RingLink.previous(previousRank(), from.channel(), selector, from.keys()));
        }
        if (notice != null && caller != null && caller.done()) {
            tell(notice, RingLink.next(nextRank(), caller.channel(), selector, caller.keys()));
        }
    }

    private static void tell(FaultNotice notice, RingLink neighbour) {
        notice.appendTo(neighbour.output());
        try {
            neighbour.write();
        } catch (IOException e) {
            LOG.debug("Rank {} is gone and need not hear of a fault", neighbour.peer(), e);
        }
    }

    private int previousRank() {
        return Math.floorMod(rank - 1, size);
    }

    private int nextRank() {
        return (rank + 1) % size;
    }

    private CollectiveException late(Caller caller) {
        int missing = caller.done() ? previousRank() : nextRank();
        return failure(missing, Wording.didNotAnswer(timeout), null);
    }

    private CollectiveException cannotReachNext(IOException e) {
        return failure(nextRank(), "cannot be reached: " + e.getMessage(), e);
    }

    /** The next rank was connected and then said something, or hung up. */
    private CollectiveException left(Caller caller, Selector selector) {
        FaultNotice told = RingLink.next(nextRank(), caller.channel(), selector, caller.keys())
                .findNotice(size);
        return told == null ? failure(nextRank(), Wording.CLOSED, null) : failure(told.culprit(), told.fault(), null);
    }

    private CollectiveException failure(int culprit, String what, @Nullable Throwable cause) {
        FaultNotice notice = new FaultNotice(culprit, what);
        fault = notice;
        String message = Wording.during(notice.told(rank, addresses), operation(), rank);
        return cause == null ? new CollectiveException(message) : new CollectiveException(message, cause);
    }

    private String operation() {
        return "connecting a ring of " + size
                + (refused == 0 ? "" : ", " + refused + " callers refused, the last from " + lastRefusal);
    }
}
