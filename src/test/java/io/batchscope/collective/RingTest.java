package io.batchscope.collective;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a ring comes together, and who is kept out. */
@Timeout(60)
class RingTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final byte[] OTHER_SECRET = "the secret of another run".getBytes(UTF_8);

    @Test
    void refusesARankWithAnotherSecret() throws Exception {
        List<RingListener> listeners = Ranks.listeners(3);
        List<String> addresses = addresses(listeners);
        List<Callable<Collective>> bodies = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            int own = rank;
            byte[] secret = rank == 1 ? OTHER_SECRET : Ranks.SECRET;
            bodies.add(() -> listeners.get(own).connect(own, addresses, secret, LONG));
        }

        List<Ranks.Ended<Collective>> ended = Ranks.together(bodies);

        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class));
        // Whichever of the two notices first; the other then sees the connection closed.
        assertThat(ended).anySatisfy(e -> assertThat(e.message())
                .matches("rank [12] \\(127.0.0.1:\\d+\\) does not know this run's secret "
                        + "\\(connecting a ring of 3.*, waited on by rank [01]\\)"));
    }

    @Test
    void isNotDisturbedByStrangers() throws Exception {
        List<RingListener> listeners = Ranks.listeners(2);
        List<String> addresses = addresses(listeners);
        byte[] wrongProof = new byte[RingGreeting.CONFIRM_BYTES];
        try (Socket silent = stranger(addresses.get(0));
                Socket halfway = stranger(addresses.get(0));
                Socket garbage = stranger(addresses.get(0));
                Socket tooLong = stranger(addresses.get(1));
                Socket gone = stranger(addresses.get(1));
                Socket impostor = stranger(addresses.get(0))) {
            assertThat(silent.isConnected()).isTrue();
            say(halfway, new byte[] {'B', 'S'});
            say(garbage, "GET / HTTP/1.1\r\nHost: rank0\r\n\r\n".getBytes(UTF_8));
            say(tooLong, new byte[100_000]);
            gone.shutdownOutput();
            // Says everything right that can be known without the secret.
            say(
                    impostor,
                    RingGreeting.hello(2, 1, 0, false, new byte[RunSecret.NONCE_BYTES])
                            .array());
            say(impostor, wrongProof);
            List<Callable<Float>> bodies = new ArrayList<>();
            for (int rank = 0; rank < 2; rank++) {
                int own = rank;
                bodies.add(() -> {
                    try (Collective c = listeners.get(own).connect(own, addresses, Ranks.SECRET, LONG)) {
                        float[] values = {own + 1};
                        c.allReduceSum(values, 0, 1);
                        return values[0];
                    }
                });
            }

            assertThat(Ranks.together(bodies))
                    .allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(3f));
        }
    }

    @Test
    void tellsWhomItRefusedWhenNobodyElseComes() throws Exception {
        List<RingListener> listeners = Ranks.listeners(2);
        List<String> addresses = addresses(listeners);
        try (Socket garbage = stranger(addresses.get(0));
                RingListener other = listeners.get(1)) {
            say(garbage, "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));

            assertThatThrownBy(() -> listeners.get(0).connect(0, addresses, Ranks.SECRET, Duration.ofMillis(300)))
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageMatching("rank 1 \\(" + other.address() + "\\) did not answer within 0.3 s "
                            + "\\(connecting a ring of 2, 1 callers refused, the last from /127.0.0.1:\\d+: "
                            + "it is not the previous rank of this run, or of another version, waited on by rank 0\\)");
        }
    }

    @Test
    void saysSoIfTheNextRankIsGone() {
        List<RingListener> listeners = Ranks.listeners(2);
        List<String> addresses = addresses(listeners);
        listeners.get(1).close();

        assertThatThrownBy(() -> listeners.get(0).connect(0, addresses, Ranks.SECRET, LONG))
                .isInstanceOf(CollectiveException.class)
                .hasMessageMatching("rank 1 \\(127.0.0.1:\\d+\\) cannot be reached: Connection refused "
                        + "\\(connecting a ring of 2, waited on by rank 0\\)");
    }

    @Test
    void stopsListeningOnceItIsConnected() throws Exception {
        List<RingListener> listeners = Ranks.listeners(2);
        List<String> addresses = addresses(listeners);
        List<Callable<Collective>> bodies = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int own = rank;
            bodies.add(() -> listeners.get(own).connect(own, addresses, Ranks.SECRET, LONG));
        }
        List<Ranks.Ended<Collective>> ended = Ranks.together(bodies);

        for (String address : addresses) {
            assertThatThrownBy(() -> stranger(address).close())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused");
        }
        ended.forEach(e -> e.value().orElseThrow().close());
    }

    @Test
    void allocatesNothingWorthMentionOnceItRuns() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        List<Ranks.Ended<Long>> ended = Ranks.onAll(Ranks.ring(2, LONG), c -> {
            float[] values = new float[100_000];
            int[] messages = new int[10_000];
            int[] starts = {0, 3000, 10_000};
            for (int i = 0; i < 20; i++) {
                c.allReduceSum(values, 0, values.length);
                c.allGather(messages, starts);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                c.allReduceSum(values, 0, values.length);
                c.allGather(messages, starts);
            }
            return (threads.getCurrentThreadAllocatedBytes() - before) / 100;
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value().orElseThrow()).isLessThan(1000));
    }

    @Test
    void needsNoSocketsForOneRank() {
        RingListener listener = RingListener.open(InetAddress.getLoopbackAddress());

        try (Collective alone = listener.connect(0, List.of(listener.address()), Ranks.SECRET, LONG)) {
            double[] values = {1, 2};
            alone.allReduceSum(values, 0, 2);

            assertThat(alone.size()).isEqualTo(1);
            assertThat(values).containsExactly(1, 2);
        }
    }

    @Test
    void refusesArgumentsThatCannotBeRight() {
        List<String> two = List.of("127.0.0.1:1", "127.0.0.1:2");

        assertThatThrownBy(() -> Ranks.listeners(1).get(0).connect(2, two, Ranks.SECRET, LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank must be 0 to 1, but is 2");
        assertThatThrownBy(() -> Ranks.listeners(1).get(0).connect(0, two, new byte[15], LONG))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("secret must have at least 16 bytes, but has 15");
        assertThatThrownBy(() -> RingListener.open(InetAddress.getByName("192.0.2.1")))
                .isInstanceOf(CollectiveException.class)
                .hasMessageMatching("cannot listen on 192.0.2.1: .*; give an address of this machine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:4711", "[0:0:0:0:0:0:0:1]:4711"})
    void readsTheAddressesItWrites(String address) throws IOException {
        assertThat(RingSockets.format(RingSockets.parse(address))).isEqualTo(address);
    }

    private static List<String> addresses(List<RingListener> listeners) {
        return listeners.stream().map(RingListener::address).toList();
    }

    private static Socket stranger(String address) throws IOException {
        InetSocketAddress to = RingSockets.parse(address);
        return new Socket(to.getAddress(), to.getPort());
    }

    private static void say(Socket socket, byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }
}
