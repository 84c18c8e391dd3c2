package io.batchscope.collective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sums that were begun and are finished later. */
@Timeout(60)
class InFlightTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @Test
    void takesManySumsInOrder() throws Exception {
        int ranges = 3 * InFlight.MOST;
        int width = 5000;
        List<Ranks.Ended<Boolean>> ended = Ranks.onAll(Ranks.ring(3, LONG), c -> {
            float[] begun = filled(c.rank(), ranges * width);
            float[] atOnce = begun.clone();
            for (int range = ranges - 1; range >= 0; range--) {
                c.begin(begun, range * width, (range + 1) * width);
            }
            c.finish();
            for (int range = 0; range < ranges; range++) {
                c.allReduceSum(atOnce, range * width, (range + 1) * width);
            }
            return Arrays.equals(begun, atOnce) && begun[begun.length - 1] != filled(c.rank(), 1)[0];
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(true));
    }

    @Test
    void finishesAtOnceWhatWasNeverBegun() throws Exception {
        List<Ranks.Ended<Float>> ended = Ranks.onAll(Ranks.ring(2, LONG), c -> {
            float[] value = {c.rank() + 1};
            c.finish();
            c.allReduceSum(value, 0, 1);
            c.finish();
            return value[0];
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).hasValue(3f));
    }

    @Test
    void returnsBeforeTheOthersHaveCome() throws Exception {
        CountDownLatch firstHasBegun = new CountDownLatch(1);
        List<Ranks.Ended<Float>> ended = Ranks.onAll(Ranks.ring(2, LONG), c -> {
            float[] value = {c.rank() + 1};
            if (c.rank() == 1) {
                firstHasBegun.await();
            }
            c.begin(value, 0, 1);
            firstHasBegun.countDown();
            c.finish();
            return value[0];
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).as(e.message()).hasValue(3f));
    }

    @Test
    void refusesOtherOperationsMeanwhile() throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(2, LONG), c -> {
            float[] value = {1};
            if (c.rank() == 1) {
                refused.await();
                c.allReduceSum(value, 0, 1);
                return "";
            }
            c.begin(value, 0, 1);
            try {
                c.allReduceSum(new double[1], 0, 1);
                return "";
            } catch (IllegalStateException e) {
                return String.valueOf(e.getMessage());
            } finally {
                refused.countDown();
                c.finish();
            }
        });

        assertThat(ended.get(0).value()).hasValue("rank 0 has sums in flight; call finish before another operation");
    }

    @Test
    void failsInFinishAndEverAfter() throws Exception {
        CountDownLatch othersSummed = new CountDownLatch(3);
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(4, LONG), c -> {
            c.allReduceSum(new float[10], 0, 10);
            if (c.rank() == 2) {
                othersSummed.await();
                return "left";
            }
            othersSummed.countDown();
            for (int i = 0; i < 3; i++) {
                try {
                    c.begin(new float[10], 0, 10);
                } catch (CollectiveException e) {
                    // It may be known already.
                }
            }
            String messages = "";
            try {
                c.finish();
            } catch (CollectiveException e) {
                messages += e.getMessage();
            }
            try {
                c.allReduceSum(new float[10], 0, 10);
            } catch (CollectiveException e) {
                messages += "; " + e.getMessage();
            }
            return messages;
        });

        ended.remove(2);
        String once = "rank 2 \\(127.0.0.1:\\d+\\) closed the connection "
                + "\\(all-reduce 2 of 10 floats, waited on by rank \\d\\)";
        assertThat(ended).allSatisfy(e -> assertThat(e.value().orElseThrow()).matches(once + "; " + once));
    }

    @Test
    void stopsWhenItsCallerIsInterrupted() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        List<Ranks.Ended<String>> ended = Ranks.onAll(Ranks.ring(2, LONG), c -> {
            if (c.rank() == 1) {
                over.await();
                return "never called";
            }
            c.begin(new float[10], 0, 10);
            Thread.currentThread().interrupt();
            try {
                c.finish();
                return "summed";
            } catch (CollectiveException e) {
                return e.getMessage() + "; interrupted: " + Thread.interrupted();
            } finally {
                over.countDown();
            }
        });

        assertThat(ended.get(0).value())
                .hasValue("rank 0 was interrupted (all-reduce 1 of 10 floats, waited on by rank 0); interrupted: true");
    }

    @Test
    void closingEndsWhatIsInFlightAndItsThread() throws Exception {
        List<Collective> collectives = Ranks.ring(2, LONG);
        Collective first = collectives.get(0);
        first.begin(new float[10], 0, 10);
        Thread worker = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("sums in flight of rank 0") && thread.isAlive())
                .findFirst()
                .orElseThrow();
        assertThat(worker.isDaemon()).isTrue();

        Thread closer = new Thread(first::close);
        closer.start();

        assertThatThrownBy(first::finish)
                .isInstanceOf(CollectiveException.class)
                .hasMessage("rank 0 has closed its connections (all-reduce 1 of 10 floats, waited on by rank 0)");
        assertThatThrownBy(() -> first.begin(new float[10], 0, 10))
                .isInstanceOf(CollectiveException.class)
                .hasMessageContaining("rank 0 has closed its connections");
        closer.join();
        worker.join(LONG.toMillis());
        assertThat(worker.isAlive()).isFalse();
        collectives.get(1).close();
    }

    @Test
    void allocatesNothing() throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int calls = 500;
        List<Ranks.Ended<Long>> ended = Ranks.onAll(Ranks.ring(2, LONG), c -> {
            float[] values = new float[10_000];
            long before = 0;
            for (int i = -calls; i < calls; i++) {
                if (i == 0) {
                    before = threads.getCurrentThreadAllocatedBytes();
                }
                c.begin(values, 0, 5000);
                c.begin(values, 5000, 10_000);
                c.finish();
            }
            return (threads.getCurrentThreadAllocatedBytes() - before) / calls;
        });

        assertThat(ended).allSatisfy(e -> assertThat(e.value()).hasValue(0L));
    }

    private static float[] filled(int rank, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = 0.1f * (rank + 1) + i % 1000;
        }
        return values;
    }
}
