package io.batchscope.collective;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** The listening side of one handshake: somebody called, perhaps the previous rank. */
final class Guest {
    private final SocketChannel channel;
    private final SocketAddress address;
    private final SelectionKey key;
    private final RunSecret secret;
    private final ByteBuffer expectedHello;
    private final ByteBuffer replyHead;
    private final ByteBuffer hello = ByteBuffer.allocate(RingGreeting.HELLO_BYTES);
    private final ByteBuffer confirm = ByteBuffer.allocate(RingGreeting.CONFIRM_BYTES);
    private final long arrivedNanos = System.nanoTime();
    private final boolean encrypted;
    private @Nullable LinkKeys keys;
    private boolean greeted;
    private boolean done;

    /** @param expectedHello what the previous rank says, but for the nonce, if it encrypts where this one does */
    Guest(SocketChannel channel, Selector selector, RunSecret secret, ByteBuffer expectedHello) throws IOException {
        this.channel = channel;
        this.secret = secret;
        this.expectedHello = expectedHello;
        encrypted = RingGreeting.helloEncrypted(expectedHello);
        replyHead = RingGreeting.replyHead(encrypted, secret.nonce());
        address = channel.getRemoteAddress();
        channel.configureBlocking(false);
        RingSockets.prepare(channel);
        key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    SocketChannel channel() {
        return channel;
    }

    /** Where it called from, for messages. */
    SocketAddress address() {
        return address;
    }

    long arrivedNanos() {
        return arrivedNanos;
    }

    /** Whether it has said what the previous rank says; it may be slow, but it is not just anybody. */
    boolean greeted() {
        return greeted;
    }

    /** Whether it has proved to be the previous rank. */
    boolean done() {
        return done;
    }

    /** Of the connection once it is {@link #done}; null without encryption. */
    @Nullable
    LinkKeys keys() {
        return keys;
    }

    /** Goes on as far as possible; returns why it is to be refused, or null. */
    @Nullable
    String proceed() throws IOException {
        if (channel.read(greeted ? confirm : hello) < 0) {
            return "it hung up";
        }
        if (greeted) {
            return confirm.hasRemaining() ? null : finish();
        }
        int known = Math.min(hello.position(), RingGreeting.HELLO_FIXED_BYTES);
        if (!hello.slice(0, known).equals(expectedHello.slice(0, known))) {
            return "it is not the previous rank of this run, or of another version";
        }
        if (hello.hasRemaining()) {
            return null;
        }
        answer();
        // The answer tells the caller so too, and proves it.
        boolean theirs = RingGreeting.helloEncrypted(hello);
        return theirs == encrypted ? null : "it " + Wording.encryptionMismatch(theirs);
    }

    private void answer() throws IOException {
        hello.flip();
        greeted = true;
        byte[] tag = secret.tag(RingGreeting.LISTENER, hello, replyHead);
        RingSockets.writeAtOnce(channel, RingGreeting.reply(replyHead, tag));
    }

    private @Nullable String finish() {
        confirm.flip();
        byte[] tag = secret.tag(RingGreeting.CALLER, hello, replyHead);
        if (!RunSecret.same(RingGreeting.tagAtEnd(confirm), tag)) {
            return "it does not know this run's secret";
        }
        keys = encrypted ? LinkKeys.derive(secret, hello, replyHead) : null;
        // Whatever comes from now on belongs to the first operation.
        key.interestOps(0);
        done = true;
        return null;
    }
}
