package io.batchscope.collective;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The calling side of one handshake: this rank to the next. */
final class Caller {
    private final SocketChannel channel;
    private final SelectionKey key;
    private final RunSecret secret;
    private final ByteBuffer hello;
    private final ByteBuffer reply = ByteBuffer.allocate(RingGreeting.REPLY_BYTES);
    private final boolean encrypted;
    private @Nullable LinkKeys keys;
    private boolean done;

    private Caller(SocketChannel channel, SelectionKey key, RunSecret secret, ByteBuffer hello) {
        encrypted = RingGreeting.helloEncrypted(hello);
        this.channel = channel;
        this.key = key;
        this.secret = secret;
        this.hello = hello;
    }

    /** Begins to call. */
    static Caller call(Selector selector, InetSocketAddress address, RunSecret secret, ByteBuffer hello)
            throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            Caller caller = new Caller(channel, key, secret, hello);
            if (channel.connect(address)) {
                caller.greet();
            }
            return caller;
        } catch (IOException | RuntimeException e) {
            Closing.quietly(channel);
            throw e;
        }
    }

    SocketChannel channel() {
        return channel;
    }

    /** Whether the next rank has proved who it is. */
    boolean done() {
        return done;
    }

    /** Of the connection once it is {@link #done}; null without encryption. */
    @Nullable
    LinkKeys keys() {
        return keys;
    }

    /** Goes on as far as possible; returns what is wrong with the other side, or null. */
    @Nullable
    String proceed() throws IOException {
        if (key.isConnectable() && channel.finishConnect()) {
            greet();
            return null;
        }
        if (!key.isReadable()) {
            return null;
        }
        if (channel.read(reply) < 0) {
            return "refused the connection: it runs with another secret, another number of ranks or another version";
        }
        if (reply.position() >= 2 * Integer.BYTES
                && (reply.getInt(0) != RingGreeting.MAGIC || reply.getInt(Integer.BYTES) != RingGreeting.VERSION)) {
            return "does not speak this version of the ring's protocol";
        }
        return reply.hasRemaining() ? null : finish();
    }

    private void greet() throws IOException {
        RingSockets.prepare(channel);
        key.interestOps(SelectionKey.OP_READ);
        RingSockets.writeAtOnce(channel, hello.duplicate());
    }

    private @Nullable String finish() throws IOException {
        reply.flip();
        ByteBuffer head = reply.slice(0, RingGreeting.REPLY_HEAD_BYTES);
        if (!RunSecret.same(RingGreeting.tagAtEnd(reply), secret.tag(RingGreeting.LISTENER, hello, head))) {
            return "does not know this run's secret";
        }
        if (RingGreeting.replyEncrypted(reply) != encrypted) {
            return Wording.encryptionMismatch(!encrypted);
        }
        RingSockets.writeAtOnce(channel, ByteBuffer.wrap(secret.tag(RingGreeting.CALLER, hello, head)));
        keys = encrypted ? LinkKeys.derive(secret, hello, head) : null;
        done = true;
        return null;
    }
}
