package io.batchscope.verify;

import io.batchscope.collective.RingListener;
import io.batchscope.train.Collective;
import io.batchscope.train.Parameters;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Several workers compute what one does, and send what an all-reduce must. */
record WorkerChecks(Laboratory laboratory) {
    private static final int FEATURES = 20;
    private static final List<Integer> HIDDEN = List.of(16, 8);
    private static final double ROUNDING = 1e-6;
    private static final int LENGTH = 100_000;

    /** Numbers that are summed with every gradient: loss, votes, and four of the noise. */
    private static final int RIDING_ALONG = 6;

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        ReplicaFactory replicas = laboratory.mlp(FEATURES, HIDDEN);
        float[] one = trained(replicas, 1);
        for (int workers : List.of(2, 3, 4)) {
            checks.add(Check.exact(
                    "distance of " + workers + " workers' parameters from one's after 50 updates, relative",
                    0,
                    distance(trained(replicas, workers), one),
                    ROUNDING));
        }
        for (int every : List.of(2, 4, 8)) {
            checks.add(local(every));
        }
        for (int workers : List.of(2, 3)) {
            double bytes = 2.0 * (workers - 1) / workers * LENGTH * Float.BYTES;
            // Chunks of floats need not be equal, which is a float or two of 4 bytes at each of 2(p − 1) sends.
            checks.add(Check.exact(
                    "bytes sent by a rank of " + workers + " for " + LENGTH + " floats, ring of sockets",
                    bytes,
                    ringBytes(workers),
                    2.0 * (workers - 1) * Float.BYTES));
        }
        for (int workers : List.of(2, 3, 4)) {
            checks.add(runBytes(workers, "measure.noise-every=never", ""));
        }
        checks.add(runBytes(3, "measure.noise-every=1 steps", ", noise measured"));
        return checks;
    }

    /** As 2, 3 and 4 divide what is summed in an update, chunks are equal and the answer is exact. */
    private Check runBytes(int workers, String measuring, String name) {
        int parameters = 1200 - RIDING_ALONG;
        int batch = 12;
        int updates = 5;
        double[] ones = new double[parameters];
        Arrays.fill(ones, 1);
        TrainedRun run = MemoryStudy.regression(
                        laboratory,
                        new Signs(batch * updates, parameters, 6),
                        parameters,
                        (seed, most) -> new NoisyQuadratic(ones, ones))
                .train(
                        "batch-sizes=[" + batch + "]",
                        "budget.steps=" + updates,
                        "learning-rate.base=0.01",
                        measuring,
                        "sync.workers=" + workers);
        Long sent = run.bytesSent();
        return Check.exact(
                "bytes of an update, sent by one of " + workers + " workers, " + parameters + " parameters" + name,
                2.0 * (workers - 1) / workers * (parameters + RIDING_ALONG) * Float.BYTES,
                sent == null ? Double.NaN : (double) sent / run.steps(),
                0);
    }

    private float[] trained(ReplicaFactory replicas, int workers) {
        Gaussians examples =
                new Gaussians(400, FEATURES, 6, (x, normal) -> Math.sin(x[0]) + x[1] * x[2] + 0.1 * normal);
        int parameters = FEATURES * 16 + 16 + 16 * 8 + 8 + 8 + 1;
        Parameters end = Objects.requireNonNull(MemoryStudy.regression(laboratory, examples, parameters, replicas)
                .train(
                        "batch-sizes=[60]",
                        "seeds=[6]",
                        "budget.steps=50",
                        "optimizer.name=nesterov",
                        "learning-rate.base=0.01",
                        "sync.workers=" + workers)
                .parameters());
        return end.values();
    }

    /**
     * Where all Hessians are the same, an update is linear in the parameters and the same for all workers but for the noise: so it
     * does not matter whether noise or parameters are averaged, nor when.
     */
    private Check local(int every) {
        double[] curvatures = {2, 1, 0.5, 0.25};
        MemoryStudy study = MemoryStudy.regression(
                laboratory,
                new Gaussians(16 * 24, curvatures.length, 6, (x, normal) -> 0),
                curvatures.length,
                (seed, most) -> new NoisyQuadratic(curvatures, new double[] {1, 1, 1, 1}));
        float[] together = end(study, "sync.mode=synchronous");
        float[] apart =
                end(study, "sync.mode=parameter-averaging", "sync.parameter-averaging.every=" + every + " steps");
        return Check.exact(
                "distance of 4 workers' averages of every " + every + " updates from exact descent, equal Hessians",
                0,
                distance(apart, together),
                ROUNDING);
    }

    private static float[] end(MemoryStudy study, String... settings) {
        List<String> all = new ArrayList<>(
                List.of("batch-sizes=[16]", "budget.steps=24", "learning-rate.base=0.05", "sync.workers=4"));
        all.addAll(List.of(settings));
        return Objects.requireNonNull(study.train(all.toArray(String[]::new)).parameters())
                .values();
    }

    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            norm += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / norm);
    }

    private static double ringBytes(int workers) {
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        List<RingListener> listeners = new ArrayList<>();
        try {
            for (int rank = 0; rank < workers; rank++) {
                listeners.add(RingListener.open(InetAddress.getLoopbackAddress()));
            }
            List<String> addresses =
                    listeners.stream().map(RingListener::address).toList();
            List<Future<Long>> sent = new ArrayList<>();
            for (int rank = 0; rank < workers; rank++) {
                int own = rank;
                sent.add(threads.submit(() -> sum(listeners.get(own), own, addresses)));
            }
            long most = 0;
            for (Future<Long> bytes : sent) {
                most = Math.max(most, bytes.get(TIMEOUT.toSeconds() * 2, TimeUnit.SECONDS));
            }
            return most;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("verify was interrupted", e);
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new IllegalStateException("verify: the ring did not end well: " + e, e);
        } finally {
            threads.shutdownNow();
            listeners.forEach(RingListener::close);
        }
    }

    private static long sum(RingListener listener, int rank, List<String> addresses) {
        byte[] secret = new byte[32];
        try (Collective ring = listener.connect(rank, addresses, secret, TIMEOUT)) {
            long before = ring.sentBytes();
            ring.allReduceSum(new float[LENGTH], 0, LENGTH);
            return ring.sentBytes() - before;
        }
    }
}
