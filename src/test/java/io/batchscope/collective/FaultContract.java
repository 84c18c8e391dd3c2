package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every collective promises when rank 1 goes wrong: all others throw, and say which rank and which operation. Who
 * implements it says by {@code kinds()} for which ones.
 */
public interface FaultContract {
    int LENGTH = 300_001;

    @ParameterizedTest
    @MethodSource("kinds")
    default void failsEverywhereIfOneRankCloses(Kind kind) throws Exception {
        CountDownLatch othersSummed = new CountDownLatch(kind.size() - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            float[] values = new float[LENGTH];
            c.allReduceSum(values, 0, LENGTH);
            if (c.rank() == 1) {
                othersSummed.await();
                return "left";
            }
            othersSummed.countDown();
            c.allReduceSum(values, 0, LENGTH);
            return "stayed";
        });

        assertThat(ended.get(1).value()).as(ended.get(1).message()).hasValue("left");
        assertBlamed(ended, "closed the connection", "all-reduce 2 of 300001 floats");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void failsEverywhereIfOneRankThrows(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            double[] values = new double[100];
            if (c.rank() == 1) {
                throw new IllegalStateException("its own trouble");
            }
            c.allReduceSum(values, 0, values.length);
            return "summed";
        });

        assertThat(ended.get(1).message()).isEqualTo("its own trouble");
        assertBlamed(ended, "closed the connection", "all-reduce 1 of 100 doubles");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void failsEverywhereIfOneRankDoesNotGather(Kind kind) throws Exception {
        // From each rank something: who needs nothing of a rank may not miss it.
        int[] starts = IntStream.rangeClosed(0, kind.size()).map(i -> 2 * i).toArray();
        CountDownLatch othersGathered = new CountDownLatch(kind.size() - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            c.allGather(new int[10], starts);
            if (c.rank() == 1) {
                othersGathered.await();
                return "left";
            }
            othersGathered.countDown();
            c.allGather(new int[10], starts);
            return "gathered";
        });

        assertThat(ended.get(1).value()).as(ended.get(1).message()).hasValue("left");
        assertBlamed(ended, "closed the connection", "all-gather 2 of " + 2 * kind.size() + " integers");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void failsEverywhereAtTheLatestInFinish(Kind kind) throws Exception {
        CountDownLatch begun = new CountDownLatch(kind.size() - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            float[] values = new float[3000];
            if (c.rank() == 1) {
                return "left";
            }
            try {
                for (int from = 0; from < 3000; from += 1000) {
                    c.begin(values, from, from + 1000);
                }
            } finally {
                begun.countDown();
            }
            c.finish();
            return "finished";
        });

        assertBlamed(ended, "closed the connection", "all-reduce 1 of 1000 floats");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void failsEverywhereIfOneRankDiesInTheMiddle(Kind kind) throws Exception {
        CountDownLatch ready = new CountDownLatch(kind.size());
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            float[] values = new float[2_000_000];
            ready.countDown();
            ready.await();
            if (c.rank() == 1) {
                // Closed by another thread while it sums or gathers.
                Thread death = new Thread(c::close);
                death.start();
            }
            int[] messages = new int[300_000];
            int[] starts = new int[kind.size() + 1];
            Arrays.fill(starts, 2, starts.length, messages.length);
            while (true) {
                c.allReduceSum(values, 0, values.length);
                c.allGather(messages, starts);
            }
        });

        ended.remove(1);
        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow())
                .isInstanceOf(CollectiveException.class)
                .hasMessageMatching("rank \\d.* \\(all-(reduce \\d+ of 2000000 floats|gather \\d+ of 300000 integers), "
                        + "waited on by rank \\d\\)"));
        assertOnAll(ended, "rank 1.*");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void saysWhoDidNotComeInTime(Kind kind) throws Exception {
        CountDownLatch ready = new CountDownLatch(kind.size());
        CountDownLatch othersGaveUp = new CountDownLatch(kind.size() - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.impatient(), c -> {
            ready.countDown();
            ready.await();
            if (c.rank() == 1) {
                othersGaveUp.await();
                return "never called";
            }
            try {
                c.allReduceSum(new float[1000], 10, 20);
                return "summed";
            } finally {
                othersGaveUp.countDown();
            }
        });

        assertBlamed(ended, "did not answer within " + Wording.seconds(kind.brief()), "all-reduce 1 of 10 floats");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void refusesAnotherLength(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            float[] values = new float[c.rank() == 1 ? 12 : 10];
            c.allReduceSum(values, 0, values.length);
            return "summed";
        });

        assertUnlike(ended, "all-reduce 1 of 10 floats", "all-reduce 1 of 12 floats");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void refusesASumWhereOthersGather(Kind kind) throws Exception {
        int[] starts = IntStream.rangeClosed(0, kind.size()).map(i -> 2 * i).toArray();
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            if (c.rank() == 1) {
                c.allReduceSum(new float[10], 0, 10);
            } else {
                c.allGather(new int[10], starts);
            }
            return "done";
        });

        assertUnlike(ended, "all-gather 1 of " + 2 * kind.size() + " integers", "all-reduce 1 of 10 floats");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void refusesMessagesOfOtherLengths(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            int[] starts = IntStream.rangeClosed(0, kind.size()).map(i -> 2 * i).toArray();
            starts[1] += c.rank() == 1 ? 1 : 0;
            c.allGather(new int[10], starts);
            return "gathered";
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class));
        assertOnAll(
                ended,
                "(?=.*rank 1)rank \\d.* called all-gather 1 of \\d+ integers with messages of other lengths than rank \\d; "
                        + "every rank must call the same operations in the same order \\(.*\\)");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void refusesAnotherOrder(Kind kind) throws Exception {
        List<Ranks.Ended<String>> ended = Ranks.onAll(kind.patient(), c -> {
            for (int i = 0; i < 2; i++) {
                if ((c.rank() == 1) ^ (i == 0)) {
                    c.allReduceSum(new float[10], 0, 10);
                } else {
                    c.allReduceSum(new double[10], 0, 10);
                }
            }
            return "summed";
        });

        assertUnlike(ended, "all-reduce 1 of 10 floats", "all-reduce 1 of 10 doubles");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void stopsWhenItsThreadIsInterrupted(Kind kind) throws Exception {
        List<Collective> collectives = kind.patient();
        List<Thread> threads = new ArrayList<>();
        for (int rank = 0; rank < kind.size(); rank++) {
            threads.add(Thread.currentThread());
        }
        CountDownLatch started = new CountDownLatch(kind.size() - 1);
        CountDownLatch othersFailed = new CountDownLatch(kind.size() - 1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(collectives, c -> {
            if (c.rank() == 1) {
                started.await();
                threads.get(0).interrupt();
                othersFailed.await();
                return "never called";
            }
            threads.set(c.rank(), Thread.currentThread());
            started.countDown();
            try {
                c.allReduceSum(new float[10], 0, 10);
                return "summed";
            } catch (CollectiveException e) {
                throw new AssertionError(
                        e.getMessage() + "; interrupted: "
                                + Thread.currentThread().isInterrupted(),
                        e);
            } finally {
                othersFailed.countDown();
            }
        });

        assertThat(ended.get(0).message())
                .isEqualTo(
                        "rank 0 was interrupted (all-reduce 1 of 10 floats, waited on by rank 0); interrupted: true");
        ended.remove(1);
        ended.remove(0);
        assertOnAll(ended, "rank 0.* was interrupted \\(.*, waited on by rank [^0]\\).*");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    default void refusesToGoOnAfterAFailure(Kind kind) throws Exception {
        List<Collective> collectives = kind.patient();
        collectives.get(1).close();

        List<Ranks.Ended<String>> ended = Ranks.onAll(collectives, c -> {
            String messages = "";
            for (int call = 0; call < 2; call++) {
                try {
                    c.allReduceSum(new float[1], 0, 1);
                } catch (CollectiveException e) {
                    messages += e.getMessage() + "\n";
                }
            }
            return messages;
        });

        assertThat(ended)
                .allSatisfy(
                        e -> assertThat(e.value().orElseThrow()).hasLineCount(2).contains("closed"));
    }

    private static void assertBlamed(List<Ranks.Ended<String>> ended, String fault, String operation) {
        ended.remove(1);
        assertThat(ended).allSatisfy(e -> {
            assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class);
            assertThat(e.message()).matches("rank \\d.* \\(" + operation + ", waited on by rank \\d\\)");
        });
        assertOnAll(ended, "rank 1( \\(127.0.0.1:\\d+\\))? " + fault + " \\(.*\\)");
    }

    private static void assertUnlike(List<Ranks.Ended<String>> ended, String one, String other) {
        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow()).isInstanceOf(CollectiveException.class));
        String called =
                "rank \\d.* called all-(reduce|gather) 1 of .* where rank \\d called all-(reduce|gather) 1 of .*; "
                        + "every rank must call the same operations in the same order \\(.*\\)";
        assertOnAll(ended, "(?=.*" + one + ")(?=.*" + other + ")(?=.*rank 1)" + called);
    }

    private static void assertOnAll(List<Ranks.Ended<String>> ended, String pattern) {
        assertThat(ended).allSatisfy(e -> assertThat(e.message()).matches(pattern));
    }
}
