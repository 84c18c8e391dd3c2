package io.batchscope.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.collective.MemoryMeetings;
import io.batchscope.plan.Transport;
import io.batchscope.testing.LocalSpark;
import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How ranks that Spark has started find each other. */
@Timeout(120)
class RendezvousTest {
    private static final byte[] SECRET = "the secret of these tests' runs".getBytes(UTF_8);
    private static final Duration LONG = Duration.ofSeconds(20);

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @ParameterizedTest
    @CsvSource({
        "AUTO, LocalCollective, -",
        "RING, InFlight, 127.0.0.1:\\d+",
        "DRIVER, GatherCollective, -",
    })
    void ranksInOneJvmListenOnlyForARing(Transport transport, String collective, String address) {
        List<String> met = BarrierStage.run(spark.session(), 3, context -> {
            try (Rendezvous rendezvous = new Rendezvous(transport, context)) {
                List<Rendezvous.Place> places = rendezvous.gather("127.0.0.1", Optional.empty());
                Rendezvous.Place own = places.get(context.partitionId());
                try (Collective c = rendezvous.connect(places, SECRET, LONG)) {
                    float[] values = {c.rank() + 1};
                    c.allReduceSum(values, 0, 1);
                    boolean here = own.jvm().equals(MemoryMeetings.jvm());
                    return c.getClass().getSimpleName() + " " + values[0] + " " + here + " " + own.host() + " "
                            + own.address();
                }
            }
        });

        assertThat(met).hasSize(3).allSatisfy(rank -> assertThat(rank)
                .matches(collective + " 6.0 true 127\\.0\\.0\\.1 " + address));
    }

    @Test
    void nobodyWaitsForARankThatGivesUpBefore() {
        List<String> met = BarrierStage.run(spark.session(), 3, context -> {
            try (Rendezvous rendezvous = new Rendezvous(Transport.AUTO, context)) {
                return context.partitionId() == 1
                        ? "gave up"
                        : "met "
                                + rendezvous
                                        .gather("127.0.0.1", Optional.empty())
                                        .size();
            } catch (CollectiveException e) {
                return String.valueOf(e.getMessage());
            }
        });

        String missing = "rank 1 failed before the ranks met";
        assertThat(met).containsExactly(missing, "gave up", missing);
    }
}
