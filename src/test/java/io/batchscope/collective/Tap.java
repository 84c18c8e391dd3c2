package io.batchscope.collective;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Stands between a rank and the next one: sees what passes, can flip a bit of it, and can keep the rest from some byte on. */
final class Tap implements AutoCloseable {
    private final ServerSocket server;
    private final String target;
    private final long flipAt;
    private final long keepFrom;
    private final ByteArrayOutputStream forward = new ByteArrayOutputStream();
    private final Thread thread = new Thread(this::serve, "tap");

    /**
     * @param target address of the rank that is called
     * @param flipAt the byte of the caller's of which a bit is flipped, counted from 0; none if negative
     */
    Tap(String target, long flipAt) throws IOException {
        this(target, flipAt, Long.MAX_VALUE);
    }

    private Tap(String target, long flipAt, long keepFrom) throws IOException {
        this.target = target;
        this.flipAt = flipAt;
        this.keepFrom = keepFrom;
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        thread.start();
    }

    /** Passes on the caller's first {@code bytes} bytes and no more. */
    static Tap passingOnly(String target, long bytes) throws IOException {
        return new Tap(target, -1, bytes);
    }

    /** To be called instead of the target. */
    String address() {
        return RingSockets.format((InetSocketAddress) server.getLocalSocketAddress());
    }

    /** All that the caller has sent, once it has hung up. */
    byte[] seen() throws InterruptedException {
        thread.join();
        return forward.toByteArray();
    }

    private void serve() {
        try (Socket caller = server.accept()) {
            InetSocketAddress to = RingSockets.parse(target);
            try (Socket called = new Socket(to.getAddress(), to.getPort())) {
                Thread back = new Thread(() -> pass(called, caller, false), "tap back");
                back.start();
                pass(caller, called, true);
                back.join();
            }
        } catch (IOException | InterruptedException e) {
            // The ring is over.
        }
    }

    private void pass(Socket from, Socket to, boolean watched) {
        byte[] buffer = new byte[1 << 16];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                int passed = count;
                if (watched) {
                    passed = (int) Math.max(0, Math.min(count, keepFrom - forward.size()));
                    long at = flipAt - forward.size();
                    if (at >= 0 && at < count) {
                        buffer[(int) at] ^= 1;
                    }
                    forward.write(buffer, 0, count);
                }
                out.write(buffer, 0, passed);
                out.flush();
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        Closing.quietly(socket);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
