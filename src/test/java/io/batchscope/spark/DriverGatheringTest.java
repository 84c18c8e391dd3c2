package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.collective.FaultContract;
import io.batchscope.collective.GatherCollective;
import io.batchscope.collective.GatherContract;
import io.batchscope.collective.Kind;
import io.batchscope.collective.SumContract;
import io.batchscope.testing.LocalSpark;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What every collective promises, by way of Spark's driver. */
@Timeout(120)
class DriverGatheringTest implements SumContract, GatherContract, FaultContract {
    private static final Duration BRIEF = Duration.ofSeconds(4);

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    static Stream<Kind> kinds() {
        return Stream.of(2, 3)
                .map(size -> new Kind(
                        "driver",
                        size,
                        BRIEF,
                        (ranks, timeout) -> DriverRanks.connect(spark.session(), ranks, timeout)));
    }

    @Test
    void aRankThatTakesNoPartIsWaitedForNoLongerThanTheTimeout() throws Exception {
        List<String> ends = BarrierStage.run(spark.session(), 2, context -> {
            context.allGather("here");
            if (context.partitionId() == 1) {
                // As if its JVM hung: not even its rounds go on.
                Thread.sleep(4000);
                return "asleep";
            }
            Duration timeout = Duration.ofSeconds(1);
            try (Collective c = GatherCollective.of(0, 2, new DriverGathering(context), timeout)) {
                c.allReduceSum(new float[3], 0, 3);
                return "summed";
            } catch (CollectiveException e) {
                return String.valueOf(e.getMessage());
            }
        });

        assertThat(ends)
                .containsExactly(
                        "rank 1 did not answer within 1 s (all-reduce 1 of 3 floats, waited on by rank 0)", "asleep");
        // The thread that still waits for a round goes, too, once its task is over.
        for (long end = System.nanoTime() + 30_000_000_000L; roundsGoOn(); Thread.sleep(50)) {
            assertThat(System.nanoTime()).as("thirty seconds are over").isLessThan(end);
        }
    }

    private static boolean roundsGoOn() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .anyMatch(frame -> frame.getClassName().equals(DriverGathering.class.getName()));
    }
}
