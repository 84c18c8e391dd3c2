package io.batchscope.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * What a ring of sums is measured against: every rank sends so many bytes to the next and receives as many from the previous
 * one, both at the same time, by plain sockets, and looks at none of them. As in a sum, the bytes come from memory of the
 * vector's size and end in the same memory, in place. It lies outside the heap, so nothing but the sockets copies them.
 */
final class Exchange implements AutoCloseable {
    private static final int MOST_BYTES_AT_ONCE = 1 << 18;
    private static final long SPIN_NANOS = 20_000;

    private final ServerSocketChannel server;
    private ByteBuffer outgoing = ByteBuffer.allocateDirect(0);
    private ByteBuffer incoming = ByteBuffer.allocateDirect(0);

    private Exchange(ServerSocketChannel server) {
        this.server = server;
    }

    /** Listens for the previous rank. */
    static Exchange listen() throws IOException {
        return new Exchange(
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    int port() throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    /** Meets both neighbours. */
    Connected connect(int nextPort) throws IOException {
        // The connection is made before the other side accepts, so no order of ranks is needed.
        SocketChannel next = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), nextPort));
        SocketChannel previous = server.accept();
        Selector selector = Selector.open();
        for (SocketChannel channel : new SocketChannel[] {next, previous}) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        }
        return new Connected(
                previous,
                next,
                selector,
                previous.register(selector, SelectionKey.OP_READ),
                next.register(selector, 0));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    /** The next bytes of the buffer, from the start again after the end. */
    private static ByteBuffer some(ByteBuffer buffer, long atMost) {
        int from = buffer.position() == buffer.capacity() ? 0 : buffer.position();
        int count = (int) Math.min(Math.min(atMost, MOST_BYTES_AT_ONCE), buffer.capacity() - from);
        return buffer.limit(from + count).position(from);
    }

    /** Both neighbours. */
    final class Connected implements AutoCloseable {
        private final SocketChannel previous;
        private final SocketChannel next;
        private final Selector selector;
        private final SelectionKey previousKey;
        private final SelectionKey nextKey;

        private Connected(
                SocketChannel previous,
                SocketChannel next,
                Selector selector,
                SelectionKey previousKey,
                SelectionKey nextKey) {
            this.previous = previous;
            this.next = next;
            this.selector = selector;
            this.previousKey = previousKey;
            this.nextKey = nextKey;
        }

        /** Makes memory for what is sent and received; it is gone through again and again. */
        void prepare(int bytes) {
            outgoing = ByteBuffer.allocateDirect(bytes);
            incoming = outgoing.duplicate();
        }

        /** Sends and receives so many bytes. */
        void run(long bytes) throws IOException {
            long toSend = bytes;
            long toReceive = bytes;
            long progressNanos = System.nanoTime();
            while (toSend > 0 || toReceive > 0) {
                long moved = 0;
                if (toSend > 0) {
                    int count = next.write(some(outgoing, toSend));
                    toSend -= count;
                    moved += count;
                }
                if (toReceive > 0) {
                    int count = previous.read(some(incoming, toReceive));
                    if (count < 0) {
                        throw new IOException("the previous rank ended");
                    }
                    toReceive -= count;
                    moved += count;
                }
                if (moved > 0) {
                    progressNanos = System.nanoTime();
                } else if (System.nanoTime() - progressNanos > SPIN_NANOS) {
                    previousKey.interestOps(toReceive > 0 ? SelectionKey.OP_READ : 0);
                    nextKey.interestOps(toSend > 0 ? SelectionKey.OP_WRITE : 0);
                    selector.select(key -> {});
                }
            }
        }

        @Override
        public void close() throws IOException {
            previous.close();
            next.close();
            selector.close();
        }
    }
}
