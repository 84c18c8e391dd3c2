package io.batchscope.spark;

import io.batchscope.collective.GatherCollective;
import io.batchscope.train.Collective;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;

/**
 * Collectives by way of Spark's driver, made in the tasks of a barrier stage and lent to the test's own threads. A task ends
 * when its collective is closed.
 */
final class DriverRanks {
    private static final int MOST_SECONDS = 60;
    private static final Map<String, List<CompletableFuture<Collective>>> LENT = new ConcurrentHashMap<>();

    private DriverRanks() {}

    static List<Collective> connect(SparkSession session, int size, Duration timeout) {
        String id = UUID.randomUUID().toString();
        List<CompletableFuture<Collective>> lent = IntStream.range(0, size)
                .mapToObj(rank -> new CompletableFuture<Collective>())
                .toList();
        LENT.put(id, lent);
        Thread stage = new Thread(() -> {
            try {
                BarrierStage.run(session, size, context -> {
                    BarrierRound.gather(context, "here");
                    int rank = context.partitionId();
                    Lent collective = new Lent(GatherCollective.of(rank, size, new DriverGathering(context), timeout));
                    List<CompletableFuture<Collective>> others = LENT.get(id);
                    others.get(rank).complete(collective);
                    return "closed: " + collective.closed.await(MOST_SECONDS, TimeUnit.SECONDS);
                });
            } finally {
                LENT.remove(id);
            }
        });
        stage.setDaemon(true);
        stage.start();
        return lent.stream()
                .map(collective ->
                        collective.orTimeout(MOST_SECONDS, TimeUnit.SECONDS).join())
                .toList();
    }

    /** Lets the task end when it is closed. */
    private static final class Lent implements Collective {
        private final Collective inner;
        private final CountDownLatch closed = new CountDownLatch(1);

        Lent(Collective inner) {
            this.inner = inner;
        }

        @Override
        public int rank() {
            return inner.rank();
        }

        @Override
        public int size() {
            return inner.size();
        }

        @Override
        public void allReduceSum(float[] values, int from, int to) {
            inner.allReduceSum(values, from, to);
        }

        @Override
        public void allReduceSum(double[] values, int from, int to) {
            inner.allReduceSum(values, from, to);
        }

        @Override
        public void allGather(int[] values, int[] starts) {
            inner.allGather(values, starts);
        }

        @Override
        public long sentBytes() {
            return inner.sentBytes();
        }

        @Override
        public void begin(float[] values, int from, int to) {
            inner.begin(values, from, to);
        }

        @Override
        public void finish() {
            inner.finish();
        }

        @Override
        public void close() {
            inner.close();
            closed.countDown();
        }
    }
}
