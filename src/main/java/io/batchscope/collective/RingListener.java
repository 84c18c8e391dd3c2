package io.batchscope.collective;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;

/**
 * Where a rank waits for the previous one of its ring. All ranks open theirs, tell each other the addresses, then all
 * {@link #connect}.
 */
public final class RingListener implements AutoCloseable {
    private final ServerSocketChannel server;
    private final String address;

    private RingListener(ServerSocketChannel server, String address) {
        this.server = server;
        this.address = address;
    }

    /**
     * Listens on a free port.
     *
     * @param own this machine's address that the other ranks can reach
     * @throws CollectiveException if the address is not this machine's
     */
    public static RingListener open(InetAddress own) {
        try {
            ServerSocketChannel server = ServerSocketChannel.open();
            try {
                server.bind(new InetSocketAddress(own, 0));
                server.configureBlocking(false);
                return new RingListener(server, RingSockets.format((InetSocketAddress) server.getLocalAddress()));
            } catch (IOException e) {
                Closing.quietly(server);
                throw e;
            }
        } catch (IOException e) {
            throw new CollectiveException(
                    "cannot listen on " + own.getHostAddress() + ": " + e.getMessage()
                            + "; give an address of this machine",
                    e);
        }
    }

    /** {@code host:port} for the other ranks. */
    public String address() {
        return address;
    }

    /** As {@link #connect(int, List, byte[], Duration, boolean)}, without encryption. */
    public Collective connect(int rank, List<String> addresses, byte[] secret, Duration timeout) {
        return connect(rank, addresses, secret, timeout, false);
    }

    /**
     * Connects the ring and closes the listener, whether it succeeds or not. Each neighbour has to prove that it knows
     * the secret; who cannot is refused and changes nothing.
     *
     * @param rank this rank, 0 … size − 1
     * @param addresses of all ranks' listeners, in rank order
     * @param secret known to the ranks of this run only, at least 16 bytes
     * @param timeout the longest wait for a neighbour, here and later in each operation
     * @param encrypted whether what the ranks tell each other is encrypted (AES-128-GCM); the same for all
     * @throws CollectiveException if a neighbour cannot be reached, does not come in time, has another secret or differs
     *     in encryption
     */
    public Collective connect(int rank, List<String> addresses, byte[] secret, Duration timeout, boolean encrypted) {
        return connect(rank, addresses, secret, timeout, timeout, encrypted);
    }

    /** As the public one, which waits as long to connect as later in each operation. */
    Collective connect(
            int rank,
            List<String> addresses,
            byte[] secret,
            Duration connectTimeout,
            Duration timeout,
            boolean encrypted) {
        try {
            if (rank < 0 || rank >= addresses.size()) {
                throw new IllegalArgumentException("rank must be 0 to " + (addresses.size() - 1) + ", but is " + rank);
            }
            if (addresses.size() == 1) {
                return new SingleCollective();
            }
            RingHandshake handshake =
                    new RingHandshake(rank, addresses, new RunSecret(secret), encrypted, connectTimeout);
            return new InFlight(new RingCollective(handshake.connect(server), timeout));
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        Closing.quietly(server);
    }
}
