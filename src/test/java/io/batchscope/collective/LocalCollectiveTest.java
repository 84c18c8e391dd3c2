package io.batchscope.collective;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ranks in one JVM need beside the contract: how they meet, and what a sum costs. */
@Timeout(60)
class LocalCollectiveTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration BRIEF = Duration.ofMillis(200);

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void allocatesNothing(int size) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int calls = 300;
        List<Ranks.Ended<Long>> ended = Ranks.onAll(LocalCollective.of(size, LONG), c -> {
            float[] floats = new float[20_000];
            double[] doubles = new double[100];
            int[] messages = new int[1000];
            int[] starts = new int[size + 1];
            Arrays.fill(starts, 1, starts.length, 1000);
            for (int i = 0; i < 200; i++) {
                call(c, floats, doubles);
                c.allGather(messages, starts);
            }
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                call(c, floats, doubles);
                c.allGather(messages, starts);
            }
            return (threads.getCurrentThreadAllocatedBytes() - before) / calls;
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(0L));
    }

    private static void call(Collective c, float[] floats, double[] doubles) {
        c.allReduceSum(floats, 0, floats.length);
        c.allReduceSum(doubles, 0, doubles.length);
        c.begin(floats, 0, 100);
        c.begin(floats, 100, 20_000);
        c.finish();
    }

    /** Who has done its last sum closes at once; the others may not have noticed yet that all had come to it. */
    @Test
    void ranksThatHaveComeMayClose() throws Exception {
        int times = 2000;
        List<List<Collective>> meetings = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            meetings.add(LocalCollective.of(2, LONG));
        }
        List<Callable<String>> bodies = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
            int own = rank;
            bodies.add(() -> {
                for (List<Collective> meeting : meetings) {
                    try (Collective c = meeting.get(own)) {
                        c.allReduceSum(new float[2], 0, 2);
                    }
                }
                return "all";
            });
        }

        assertThat(Ranks.together(bodies))
                .allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue("all"));
    }

    @Test
    void ranksThatComeByThemselvesMeet() throws Exception {
        List<Callable<Float>> bodies = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            byte[] secret = secret("of run " + run);
            int first = 10 * run;
            for (int rank = 0; rank < 3; rank++) {
                int own = rank;
                bodies.add(() -> {
                    try (Collective c = MemoryMeetings.join(own, 3, secret, LONG)) {
                        float[] values = {first + own};
                        c.allReduceSum(values, 0, 1);
                        return values[0];
                    }
                });
            }
        }

        List<Ranks.Ended<Float>> ended = Ranks.together(bodies);

        assertThat(ended)
                .extracting(e -> e.value().orElseThrow())
                .containsExactly(0f + 1 + 2, 0f + 1 + 2, 0f + 1 + 2, 10f + 11 + 12, 10f + 11 + 12, 10f + 11 + 12);
        assertThat(MemoryMeetings.waiting()).isZero();
    }

    @Test
    void aRankThatNeverComesIsNamedAndTheRunForgotten() throws Exception {
        byte[] secret = secret("of a run that lost a rank");
        List<Ranks.Ended<Collective>> ended = Ranks.together(List.of(
                () -> MemoryMeetings.join(0, 3, secret, BRIEF), () -> MemoryMeetings.join(2, 3, secret, BRIEF)));

        assertThat(ended).allSatisfy(e -> assertThat(e.thrown().orElseThrow())
                .isInstanceOf(CollectiveException.class)
                .hasMessageMatching("rank 1 did not answer within 0.2 s "
                        + "\\(meeting 3 ranks in memory, waited on by rank [02]\\)"));
        assertThat(MemoryMeetings.waiting()).isZero();

        // Too late: the others have gone.
        assertThatThrownBy(() -> MemoryMeetings.join(1, 3, secret, BRIEF))
                .isInstanceOf(CollectiveException.class)
                .hasMessage("ranks 0, 2 did not answer within 0.2 s (meeting 3 ranks in memory, waited on by rank 1)");
        assertThat(MemoryMeetings.waiting()).isZero();
    }

    @Test
    void noRankComesTwice() throws Exception {
        byte[] secret = secret("of a run with a double");
        List<Ranks.Ended<Collective>> ended = Ranks.together(List.of(
                () -> MemoryMeetings.join(0, 2, secret, BRIEF), () -> MemoryMeetings.join(0, 2, secret, BRIEF)));

        assertThat(ended).anySatisfy(e -> assertThat(e.thrown().orElseThrow())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("rank 0 of this run is here already"));
        assertThat(MemoryMeetings.waiting()).isZero();
    }

    @Test
    void oneRankNeedsNobody() {
        try (Collective alone = MemoryMeetings.join(0, 1, secret("of one"), BRIEF)) {
            int[] values = {1, 2};
            alone.allGather(values, new int[] {0, 2});

            assertThat(alone.size()).isEqualTo(1);
            assertThat(values).containsExactly(1, 2);
            assertThat(alone.sentBytes()).isZero();
            assertThatThrownBy(() -> alone.allGather(values, new int[] {0, 3}))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(LocalCollective.of(1, BRIEF)).singleElement().isInstanceOf(SingleCollective.class);
        assertThatThrownBy(() -> LocalCollective.of(0, BRIEF))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size must be at least 1, but is 0");
    }

    private static byte[] secret(String text) {
        return ("the secret " + text).getBytes(UTF_8);
    }
}
