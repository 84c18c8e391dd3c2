package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.data.DataException;
import io.batchscope.data.PackedExamples;
import io.batchscope.data.Split;
import io.batchscope.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ShardCacheTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path shared;

    @SuppressWarnings("NullAway.Init") // set before the first test
    private static DataLocation data;

    @BeforeAll
    static void prepareOneForAll() {
        data = PreparedSets.prepare(spark.session(), PreparedSets.synthetic(100, 1), shared.resolve("out"));
    }

    private static PackedExamples examples(ShardCache cache, int rank, int workers) {
        return cache.examples(ShardReader.of(spark.session()), data, Split.TRAIN, 72, 12, rank, workers);
    }

    @Test
    void givesTheSameExamplesToAllWhoAsk() {
        ShardCache cache = new ShardCache(Long.MAX_VALUE);
        PackedExamples first = examples(cache, 0, 2);
        assertThat(examples(cache, 0, 2)).isSameAs(first);
        assertThat(examples(cache, 1, 2)).isNotSameAs(first);
        assertThat(cache.size()).isEqualTo(2);
    }

    @Test
    void loadsOnceForTasksThatAskAtTheSameTime() throws Exception {
        ShardCache cache = new ShardCache(Long.MAX_VALUE);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<PackedExamples>> asks = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                asks.add(() -> examples(cache, 0, 1));
            }
            List<Future<PackedExamples>> answers = threads.invokeAll(asks, 60, TimeUnit.SECONDS);
            for (Future<PackedExamples> answer : answers) {
                assertThat(answer.get()).isSameAs(answers.get(0).get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void dropsWhatWasUsedLeastRecentlyWhenTheBudgetIsExceeded() {
        ShardCache unbounded = new ShardCache(Long.MAX_VALUE);
        long two = examples(unbounded, 0, 3).memoryBytes()
                + examples(unbounded, 1, 3).memoryBytes();
        ShardCache cache = new ShardCache(two);
        PackedExamples first = examples(cache, 0, 3);
        PackedExamples second = examples(cache, 1, 3);
        assertThat(examples(cache, 0, 3)).isSameAs(first);
        examples(cache, 2, 3);
        assertThat(cache.size()).isEqualTo(2);
        assertThat(examples(cache, 0, 3)).isSameAs(first);
        assertThat(examples(cache, 1, 3)).isNotSameAs(second);
    }

    @Test
    void keepsWhatWasAskedForLastWhateverItTakes() {
        ShardCache cache = new ShardCache(0);
        PackedExamples first = examples(cache, 0, 1);
        assertThat(examples(cache, 0, 1)).isSameAs(first);
        examples(cache, 0, 2);
        assertThat(cache.size()).isEqualTo(1);
    }

    @Test
    void triesAgainAfterAFailure() throws IOException {
        ShardCache cache = new ShardCache(Long.MAX_VALUE);
        Path file = shared.resolve("out/train/part-00002.parquet");
        Path aside = shared.resolve("aside");
        Files.move(file, aside);
        try {
            assertThatThrownBy(() -> examples(cache, 0, 1))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("part-00002.parquet is missing");
        } finally {
            Files.move(aside, file);
        }
        assertThat(cache.size()).isZero();
        assertThat(examples(cache, 0, 1).size()).isEqualTo(72);
    }
}
