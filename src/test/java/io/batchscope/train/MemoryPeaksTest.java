package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.collective.LocalCollective;
import io.batchscope.collective.SingleCollective;
import io.batchscope.data.Batch;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.KnownReplica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryPeaksTest {
    /** Holds ten bytes for each example of its largest batch. */
    private static Replica used(int examples) {
        Replica replica = new KnownReplica(3, size -> 10L * size, Integer.MAX_VALUE, new ArrayList<>());
        Batch batch = new Batch(Math.max(1, examples), 3);
        batch.fill(ArrayExamples.linear(examples, 3, 1), 0, examples);
        replica.score(batch);
        return replica;
    }

    @Test
    void keepsTheMostThatItSaw() {
        try (Replica replica = used(5)) {
            MemoryPeaks peaks = new MemoryPeaks(replica);
            assertThat(peaks.overRanks(new SingleCollective())).isEqualTo(new Checkpoint.Peaks(0, 0, 0));
            peaks.sample();
            Checkpoint.Peaks first = peaks.overRanks(new SingleCollective());
            assertThat(first.offHeapBytes()).isEqualTo(50);
            assertThat(first.heapBytes())
                    .isPositive()
                    .isLessThanOrEqualTo(Runtime.getRuntime().maxMemory());
            assertThat(first.memoryBytes()).isPositive();

            peaks.sample();
            Checkpoint.Peaks second = peaks.overRanks(new SingleCollective());
            assertThat(second.heapBytes()).isGreaterThanOrEqualTo(first.heapBytes());
        }
    }

    @Test
    void ranksAgreeOnTheMostOfAnyOfThem() throws Exception {
        List<Collective> collectives = LocalCollective.of(3, Duration.ofSeconds(10));
        int[] examples = {4, 9, 2};
        ExecutorService pool = Executors.newFixedThreadPool(collectives.size());
        try {
            List<Future<Checkpoint.Peaks>> ranks = collectives.stream()
                    .map(collective -> pool.submit(() -> {
                        MemoryPeaks peaks = new MemoryPeaks(used(examples[collective.rank()]));
                        peaks.sample();
                        return peaks.overRanks(collective);
                    }))
                    .toList();
            Checkpoint.Peaks first = ranks.get(0).get(10, TimeUnit.SECONDS);
            assertThat(first.offHeapBytes()).isEqualTo(90);
            for (Future<Checkpoint.Peaks> rank : ranks) {
                assertThat(rank.get(10, TimeUnit.SECONDS)).isEqualTo(first);
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
