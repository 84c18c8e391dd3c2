package io.batchscope.benchmark;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * A slow network in one process: listens on loopback, passes every connection on to another address, and lets only so
 * many bytes a second through in each direction of each connection.
 */
final class RateLimitedRelay implements AutoCloseable {
    /** What is passed on at once; at 1 Gbit/s half a millisecond. */
    private static final int CHUNK_BYTES = 1 << 16;

    /** How much later than wished a pause may end without slowing the link down. */
    private static final long LATENESS_NANOS = 1_000_000;

    private final ServerSocket server;
    private final String host;
    private final int port;
    private final double nanosPerByte;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /**
     * @param target {@code host:port}
     * @param gigabits a second
     */
    RateLimitedRelay(String target, double gigabits) throws IOException {
        int colon = target.lastIndexOf(':');
        this.host = target.substring(0, colon).replaceAll("[\\[\\]]", "");
        this.port = Integer.parseInt(target.substring(colon + 1));
        this.nanosPerByte = Byte.SIZE / gigabits;
        this.server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        start("accepts", this::accept);
    }

    /** {@code host:port} where it listens. */
    String address() {
        return server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = open(server.accept());
            Socket far = open(new Socket(host, port));
            start("there", () -> pass(near, far));
            start("back", () -> pass(far, near));
        }
    }

    private Socket open(Socket socket) throws IOException {
        sockets.add(socket);
        socket.setTcpNoDelay(true);
        return socket;
    }

    private void pass(Socket from, Socket to) throws IOException {
        byte[] chunk = new byte[CHUNK_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            long free = System.nanoTime();
            for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                // The link takes up the bytes when the ones before are through; a pause that ended late is made up for.
                free = Math.max(free, System.nanoTime() - LATENESS_NANOS) + (long) (count * nanosPerByte);
                for (long left = free - System.nanoTime(); left > 0; left = free - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                out.write(chunk, 0, count);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The connection, or the relay, was closed.
                    }
                },
                "relay " + name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
