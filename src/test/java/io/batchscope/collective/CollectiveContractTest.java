package io.batchscope.collective;

import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;

/** What every collective promises, for those that need no cluster. */
@Timeout(60)
class CollectiveContractTest implements SumContract, GatherContract, FaultContract {
    private static final Duration BRIEF = Duration.ofMillis(300);

    static Stream<Kind> kinds() {
        return Stream.of(
                        IntStream.rangeClosed(2, 4)
                                .mapToObj(size -> new Kind("local", size, BRIEF, LocalCollective::of)),
                        IntStream.rangeClosed(2, 4)
                                .mapToObj(size -> new Kind("text", size, BRIEF, TextGathering::collectives)),
                        IntStream.rangeClosed(2, 5).mapToObj(size -> new Kind("ring", size, BRIEF, Ranks::ring)),
                        IntStream.rangeClosed(2, 3)
                                .mapToObj(size -> new Kind("encrypted ring", size, BRIEF, Ranks::encryptedRing)))
                .flatMap(kinds -> kinds);
    }
}
