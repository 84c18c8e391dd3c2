package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.CollectiveException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever rank 2 of a ring does wrong, all others say that it was rank 2, those that are not its neighbours too. */
@Timeout(60)
class RingFaultTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(500);
    private static final String CULPRIT = "rank 2 \\(127.0.0.1:\\d+\\) ";

    static Stream<Arguments> rings() {
        return Stream.of(4, 5, 7).flatMap(size -> Stream.of(Arguments.of(size, false), Arguments.of(size, true)));
    }

    @ParameterizedTest
    @MethodSource("rings")
    void allNameTheOneThatCloses(int size, boolean encrypted) throws Exception {
        CountDownLatch othersSummed = new CountDownLatch(size - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(size, LONG, encrypted), c -> {
            float[] values = new float[300_001];
            c.allReduceSum(values, 0, values.length);
            if (c.rank() == 2) {
                othersSummed.await();
                return "left";
            }
            othersSummed.countDown();
            c.allReduceSum(values, 0, values.length);
            return "ended";
        });

        assertAllSay(ended, "closed the connection \\(all-reduce 2 of 300001 floats, waited on by rank \\d\\)");
    }

    @ParameterizedTest
    @MethodSource("rings")
    void allNameTheOneThatNeverComes(int size, boolean encrypted) throws Exception {
        CountDownLatch ready = new CountDownLatch(size);
        CountDownLatch othersGaveUp = new CountDownLatch(size - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(size, SHORT, encrypted), c -> {
            ready.countDown();
            ready.await();
            if (c.rank() == 2) {
                othersGaveUp.await();
                return "never called";
            }
            try {
                c.allReduceSum(new float[1000], 0, 1000);
                return "summed";
            } finally {
                othersGaveUp.countDown();
            }
        });

        assertAllSay(ended, "did not answer within 0.5 s \\(all-reduce 1 of 1000 floats, waited on by rank \\d\\)");
    }

    @ParameterizedTest
    @MethodSource("rings")
    void allNameTheOneThatIsInterrupted(int size, boolean encrypted) throws Exception {
        CountDownLatch gaveUp = new CountDownLatch(size - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(size, LONG, encrypted), c -> {
            if (c.rank() == 0) {
                // Not there until the others have failed, so that rank 2 has to wait; the last to hear of it.
                gaveUp.await();
            }
            if (c.rank() == 2) {
                Thread.currentThread().interrupt();
            }
            try {
                c.allReduceSum(new double[10], 0, 10);
                return "summed";
            } finally {
                gaveUp.countDown();
            }
        });

        assertThat(ended.get(2).message())
                .isEqualTo("rank 2 was interrupted (all-reduce 1 of 10 doubles, waited on by rank 2)");
        assertAllSay(ended, "was interrupted \\(all-reduce 1 of 10 doubles, waited on by rank \\d\\)");
    }

    @ParameterizedTest
    @MethodSource("rings")
    void allHearOfADifferentCall(int size, boolean encrypted) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(size, LONG, encrypted), c -> {
            c.allReduceSum(new float[c.rank() == 2 ? 12 : 10], 0, 10 + (c.rank() == 2 ? 2 : 0));
            return "summed";
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.message())
                .matches("rank [12]( \\(127.0.0.1:\\d+\\))? called all-reduce 1 of 1. floats where rank [23] called "
                        + "all-reduce 1 of 1. floats; every rank must call the same operations in the same order "
                        + "\\(.*\\)"));
    }

    @ParameterizedTest
    @MethodSource("rings")
    void allNameTheOneThatSendsGarbage(int size, boolean encrypted) throws Exception {
        List<Ranks.Ended<String>> ended = withMischief(size, LONG, encrypted, links -> {
            links.next().output().wire().putLong(0x1234_5678_9abc_def0L);
            links.next().write();
        });

        assertAllSay(
                ended,
                "sent bytes that are no record of a ring \\(all-reduce 1 of 100000 floats, waited on by rank \\d\\)");
    }

    @ParameterizedTest
    @MethodSource("rings")
    void allNameTheOneThatSendsElementsUncalledFor(int size, boolean encrypted) throws Exception {
        List<Ranks.Ended<String>> ended = withMischief(size, LONG, encrypted, links -> {
            links.next().output().end(RecordKind.DATA, 64);
            links.next().write();
        });

        assertAllSay(
                ended,
                "sent elements where they don't belong \\(all-reduce 1 of 100000 floats, waited on by rank \\d\\)");
    }

    @ParameterizedTest
    @MethodSource("rings")
    void allNameTheOneThatStopsInTheMiddle(int size, boolean encrypted) throws Exception {
        List<Ranks.Ended<String>> ended = withMischief(size, SHORT, encrypted, links -> {
            RecordOutput output = links.next().output();
            int start = output.start();
            output.buffer().putInt(start, ElementType.FLOATS.code()).putInt(start + 4, 0);
            output.buffer().putLong(start + 8, 1).putLong(start + 16, 100_000);
            output.end(RecordKind.OPERATION, 24);
            output.end(RecordKind.DATA, 64);
            links.next().write();
        });

        assertAllSay(ended, "did not answer within 0.5 s \\(all-reduce 1 of 100000 floats, waited on by rank \\d\\)");
    }

    private static void assertAllSay(List<Ranks.Ended<String>> ended, String fault) {
        List<Ranks.Ended<String>> others = new ArrayList<>(ended);
        others.remove(2);
        assertThat(others).allSatisfy(e -> {
            assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class);
            assertThat(e.message()).matches(CULPRIT + fault);
        });
    }

    /** Rank 2 does its mischief, all others take one sum. */
    private static List<Ranks.Ended<String>> withMischief(
            int size, Duration timeout, boolean encrypted, MischievousRank.Mischief mischief) throws Exception {
        return MischievousRank.among(size, rank -> timeout, encrypted, mischief, c -> {
            c.allReduceSum(new float[100_000], 0, 100_000);
            return "summed";
        });
    }
}
