package io.batchscope.collective;

import io.batchscope.train.Collective;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;

/** Rank 2 of a ring whose others follow the protocol. */
final class MischievousRank {
    private MischievousRank() {}

    /** What it does with its connections instead. */
    interface Mischief {
        void run(RingLinks links) throws Exception;
    }

    /**
     * Rank 2 shakes hands and does its mischief; then it stays until all others have ended.
     *
     * @param timeout of each rank, in operations
     */
    static List<Ranks.Ended<String>> among(
            int size, IntFunction<Duration> timeout, boolean encrypted, Mischief mischief, Ranks.Body<String> others)
            throws Exception {
        ServerSocketChannel odd = ServerSocketChannel.open();
        odd.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).configureBlocking(false);
        List<RingListener> listeners = Ranks.listeners(size);
        List<String> addresses =
                new ArrayList<>(listeners.stream().map(RingListener::address).toList());
        listeners.get(2).close();
        addresses.set(2, RingSockets.format((InetSocketAddress) odd.getLocalAddress()));
        CountDownLatch ready = new CountDownLatch(size);
        CountDownLatch othersEnded = new CountDownLatch(size - 1);
        List<Callable<String>> bodies = new ArrayList<>();
        for (int rank = 0; rank < size; rank++) {
            int own = rank;
            bodies.add(() -> {
                try (Collective c = listeners
                        .get(own)
                        .connect(own, addresses, Ranks.SECRET, Ranks.CONNECT, timeout.apply(own), encrypted)) {
                    ready.countDown();
                    ready.await();
                    return others.run(c);
                } finally {
                    othersEnded.countDown();
                }
            });
        }
        bodies.set(2, () -> {
            RingLinks links =
                    new RingHandshake(2, addresses, new RunSecret(Ranks.SECRET), encrypted, Ranks.CONNECT).connect(odd);
            ready.countDown();
            ready.await();
            mischief.run(links);
            othersEnded.await();
            links.close();
            return "ended";
        });
        return Ranks.together(bodies);
    }
}
