package io.batchscope.collective;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Collective;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rank 2 of 5 is a process of its own, to which the worst happens in the middle of a sum; the other ranks are here. */
@Timeout(60)
class RingDeathTest {
    private static final int SIZE = 5;
    private static final int LENGTH = 235_000;

    /** Rank 2: sums for ever; tells its address first, takes those of all others and the time-out as arguments. */
    static final class SecondRank {
        private SecondRank() {}

        public static void main(String[] arguments) {
            // Loads what takes long to load, so that the others need not wait for it.
            Ranks.ring(2, Duration.ofSeconds(30)).forEach(Collective::close);
            RingListener listener = RingListener.open(InetAddress.getLoopbackAddress());
            PrintStream out = new PrintStream(System.out, true, UTF_8);
            out.println(listener.address());
            List<String> addresses = new ArrayList<>(List.of(arguments[0].split(",")));
            addresses.add(2, listener.address());
            Duration timeout = Duration.ofMillis(Long.parseLong(arguments[1]));
            try (Collective c = listener.connect(2, addresses, Ranks.SECRET, Ranks.CONNECT, timeout, false)) {
                float[] values = new float[LENGTH];
                while (true) {
                    c.allReduceSum(values, 0, LENGTH);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"KILL", "STOP"})
    void allOthersNameTheProcess(String signal) throws Exception {
        // A death is noticed at once, so there the time-out must not matter.
        Duration timeout = Duration.ofMillis(signal.equals("KILL") ? 30_000 : 3000);
        String fault = signal.equals("KILL") ? "closed the connection" : "did not answer within 3 s";
        List<RingListener> listeners = Ranks.listeners(SIZE - 1);
        List<String> others = listeners.stream().map(RingListener::address).toList();
        Process second = start(String.join(",", others), timeout);
        try (BufferedReader lines = second.inputReader(UTF_8)) {
            List<String> addresses = new ArrayList<>(others);
            addresses.add(2, lines.readLine());
            CountDownLatch summing = new CountDownLatch(SIZE - 1);
            List<Callable<String>> bodies = new ArrayList<>();
            for (int i = 0; i < SIZE - 1; i++) {
                int rank = i < 2 ? i : i + 1;
                RingListener listener = listeners.get(i);
                bodies.add(() -> {
                    try (Collective c =
                            listener.connect(rank, addresses, Ranks.SECRET, Ranks.CONNECT, timeout, false)) {
                        float[] values = new float[LENGTH];
                        c.allReduceSum(values, 0, LENGTH);
                        summing.countDown();
                        while (true) {
                            c.allReduceSum(values, 0, LENGTH);
                        }
                    }
                });
            }
            bodies.add(() -> {
                assertThat(summing.await(20, SECONDS)).isTrue();
                signal(signal, second);
                return "sent";
            });

            List<Ranks.Ended<String>> ended = Ranks.together(bodies);

            assertThat(ended.remove(SIZE - 1).value())
                    .as(ended.get(0).message())
                    .hasValue("sent");
            assertThat(ended).allSatisfy(e -> assertThat(e.message())
                    .matches("rank 2 \\(" + addresses.get(2) + "\\) " + fault
                            + " \\(all-reduce \\d+ of 235000 floats, waited on by rank \\d\\)"));
        } finally {
            second.destroyForcibly();
            assertThat(second.waitFor(20, SECONDS)).isTrue();
        }
    }

    private static void signal(String signal, Process process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }

    private static Process start(String others, Duration timeout) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SecondRank.class.getName(),
                        others,
                        Long.toString(timeout.toMillis()))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }
}
