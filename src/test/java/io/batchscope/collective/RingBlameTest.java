package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Collective;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whom ranks name that wait for rank 2 only by way of another rank, and have the shortest time-out: they give up first, and know
 * only what the others have said by then.
 */
@Timeout(60)
class RingBlameTest {
    private static final Duration HASTY = Duration.ofMillis(700);
    private static final Duration CALM = Duration.ofMillis(1600);
    private static final int SIZE = 5;
    private static final int LENGTH = 1000;

    /** What takes long to load would else eat up the short time-out. */
    @BeforeAll
    static void load() {
        Ranks.ring(2, CALM, true).forEach(Collective::close);
        Ranks.ring(2, CALM, false).forEach(Collective::close);
    }

    /** Rank 3 has sent all of the first sum, so rank 4 waits for it in the second, but the last elements of rank 2 are lost. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void namesTheRankThatKeepsTheEndOfTheLastOperation(boolean encrypted) throws Exception {
        List<RingListener> listeners = Ranks.listeners(SIZE);
        List<String> addresses = listeners.stream().map(RingListener::address).toList();
        List<String> addressesOfTwo = new ArrayList<>(addresses);
        CountDownLatch othersEnded = new CountDownLatch(SIZE - 1);
        try (Tap tap = Tap.passingOnly(addresses.get(3), bytesOfFirstSum(encrypted) - 1)) {
            addressesOfTwo.set(3, tap.address());
            List<Callable<String>> bodies = new ArrayList<>();
            for (int rank = 0; rank < SIZE; rank++) {
                int own = rank;
                List<String> called = own == 2 ? addressesOfTwo : addresses;
                Duration timeout = own == 4 ? HASTY : CALM;
                bodies.add(() -> {
                    try (Collective c =
                            listeners.get(own).connect(own, called, Ranks.SECRET, Ranks.CONNECT, timeout, encrypted)) {
                        c.allReduceSum(new float[LENGTH], 0, LENGTH);
                        if (own == 2) {
                            othersEnded.await();
                            return "summed once";
                        }
                        c.allReduceSum(new float[LENGTH], 0, LENGTH);
                        return "summed twice";
                    } finally {
                        othersEnded.countDown();
                    }
                });
            }

            List<Ranks.Ended<String>> ended = Ranks.together(bodies);

            assertThat(ended.remove(2).value()).hasValue("summed once");
            assertAllSay(ended, "all-reduce [12] of 1000 floats");
            assertThat(ended.get(2).message()).contains("all-reduce 1 of 1000 floats, waited on by rank 3");
            assertThat(ended.get(3).message()).contains("all-reduce 2 of 1000 floats, waited on by rank 4");
        }
    }

    /** What rank 2 sends from its first byte on. */
    private static int bytesOfFirstSum(boolean encrypted) {
        int steps = 2 * (SIZE - 1);
        int callBytes = 24;
        int chunkBytes = LENGTH / SIZE * Float.BYTES;
        return RingGreeting.HELLO_BYTES
                + RingGreeting.CONFIRM_BYTES
                + (encrypted
                        ? SealedOutput.sealedBytes(callBytes) + steps * SealedOutput.sealedBytes(chunkBytes)
                        : PlainOutput.paddedBytes(callBytes) + steps * PlainOutput.paddedBytes(chunkBytes));
    }

    /** Rank 1 has received all of the first gathering but cannot write to rank 2, so rank 0 cannot write in the second one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void namesTheRankThatDoesNotRead(boolean encrypted) throws Exception {
        // Each more than a connection holds; that to rank 1 has grown by then. In the second rank 0 waits for nobody.
        int[] first = {0, 2_000_000, 2_000_010, 2_000_020};
        int[] second = {0, 12_000_000, 12_000_000, 12_000_000};

        List<Ranks.Ended<String>> ended = MischievousRank.among(
                3, rank -> rank == 0 ? HASTY : CALM, encrypted, links -> sendMessages(links, first), c -> {
                    c.allGather(new int[first[3]], first);
                    c.allGather(new int[second[3]], second);
                    return "gathered";
                });

        ended.remove(2);
        assertAllSay(ended, "all-gather [12] of (2000020|12000000) integers");
        assertThat(ended.get(0).message()).contains("all-gather 2 of 12000000 integers, waited on by rank 0");
        assertThat(ended.get(1).message()).contains("all-gather 1 of 2000020 integers, waited on by rank 1");
    }

    /** Its own message and that of rank 1, which it guesses. */
    private static void sendMessages(RingLinks links, int[] starts) throws Exception {
        RecordOutput output = links.next().output();
        WireVector.OfIntegers vector = new WireVector.OfIntegers(
                output.buffer(), links.previous().input().buffer());
        Operation operation = new Operation(2, 3, vector);
        operation.startGather(vector.on(new int[starts[3]]), starts);
        operation.call(output);
        for (int rank = 2; rank >= 1; rank--) {
            vector.put(output.start() / Integer.BYTES, starts[rank], 10);
            output.end(RecordKind.DATA, 10 * Integer.BYTES);
        }
        while (output.pending()) {
            links.next().write();
        }
    }

    /** Ranks 0 and 4 are connected, with their neighbours at least, when those find that rank 2 does not come. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void namesTheRankThatDoesNotConnect(boolean encrypted) throws Exception {
        List<RingListener> listeners = Ranks.listeners(SIZE);
        List<String> addresses = listeners.stream().map(RingListener::address).toList();
        List<Callable<String>> bodies = new ArrayList<>();
        for (int rank = 0; rank < SIZE; rank++) {
            int own = rank;
            Duration timeout = own == 1 || own == 3 ? HASTY : CALM;
            bodies.add(() -> {
                try (Collective c = listeners.get(own).connect(own, addresses, Ranks.SECRET, timeout, encrypted)) {
                    c.allReduceSum(new float[LENGTH], 0, LENGTH);
                    return "summed";
                }
            });
        }
        bodies.remove(2);

        List<Ranks.Ended<String>> ended = Ranks.together(bodies);

        listeners.get(2).close();
        assertAllSay(ended, "(all-reduce 1 of 1000 floats|connecting a ring of 5)");
    }

    private static void assertAllSay(List<Ranks.Ended<String>> ended, String operation) {
        assertThat(ended).allSatisfy(e -> assertThat(e.message())
                .matches("rank 2 \\(127.0.0.1:\\d+\\) did not answer within (0.7|1.6) s \\(" + operation
                        + ", waited on by rank \\d\\)"));
    }
}
