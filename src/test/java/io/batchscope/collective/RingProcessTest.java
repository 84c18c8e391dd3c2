package io.batchscope.collective;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ring across two processes. */
@Timeout(60)
class RingProcessTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int LENGTH = 235_000;

    /** Rank 1: sums ones until it is killed; tells its address first, takes rank 0's as the argument. */
    static final class SecondRank {
        private SecondRank() {}

        public static void main(String[] arguments) {
            RingListener listener = RingListener.open(InetAddress.getLoopbackAddress());
            PrintStream out = new PrintStream(System.out, true, UTF_8);
            out.println(listener.address());
            try (Collective c = listener.connect(1, List.of(arguments[0], listener.address()), Ranks.SECRET, TIMEOUT)) {
                while (true) {
                    float[] ones = ones();
                    c.allReduceSum(ones, 0, LENGTH);
                    out.println(ones[LENGTH - 1]);
                }
            }
        }
    }

    @Test
    void noticesAtOnceThatTheOtherProcessWasKilled() throws Exception {
        RingListener listener = RingListener.open(InetAddress.getLoopbackAddress());
        Process second = start(listener.address());
        try (BufferedReader lines = second.inputReader(UTF_8);
                Collective c =
                        listener.connect(0, List.of(listener.address(), lines.readLine()), Ranks.SECRET, TIMEOUT)) {
            for (int i = 0; i < 3; i++) {
                float[] ones = ones();
                c.allReduceSum(ones, 0, LENGTH);
                assertThat(ones).containsOnly(2);
                assertThat(lines.readLine()).isEqualTo("2.0");
            }
            // The other is in operation 4 now or soon, and killed while this rank keeps it waiting.
            second.destroyForcibly();
            assertThat(second.waitFor(20, SECONDS)).isTrue();

            assertThatThrownBy(() -> c.allReduceSum(ones(), 0, LENGTH))
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageMatching("rank 1 \\(127.0.0.1:\\d+\\) closed the connection "
                            + "\\(all-reduce 4 of 235000 floats, waited on by rank 0\\)");
        } finally {
            second.destroyForcibly();
            assertThat(second.waitFor(20, SECONDS)).isTrue();
        }
    }

    @Test
    void noticesTheDeathWhileItWaits() throws Exception {
        RingListener listener = RingListener.open(InetAddress.getLoopbackAddress());
        Process second = start(listener.address());
        try (BufferedReader lines = second.inputReader(UTF_8);
                Collective c =
                        listener.connect(0, List.of(listener.address(), lines.readLine()), Ranks.SECRET, TIMEOUT)) {
            c.allReduceSum(ones(), 0, LENGTH);
            Thread killer = new Thread(second::destroyForcibly);
            killer.start();

            // The other sums for ever, so only its death ends this.
            assertThatThrownBy(() -> {
                        while (true) {
                            c.allReduceSum(ones(), 0, LENGTH);
                        }
                    })
                    .isInstanceOf(CollectiveException.class)
                    .hasMessageMatching("rank 1 \\(127.0.0.1:\\d+\\) closed the connection "
                            + "\\(all-reduce \\d+ of 235000 floats, waited on by rank 0\\)");
            killer.join();
        } finally {
            second.destroyForcibly();
            assertThat(second.waitFor(20, SECONDS)).isTrue();
        }
    }

    private static Process start(String address) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SecondRank.class.getName(),
                        address)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static float[] ones() {
        float[] ones = new float[LENGTH];
        Arrays.fill(ones, 1);
        return ones;
    }
}
