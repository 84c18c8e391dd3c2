package io.batchscope.train;

import io.batchscope.law.Link;
import io.batchscope.plan.RunPlan;
import io.batchscope.result.ProbeRecord;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How long the workers of a run take for a sum of next to nothing and for one of a MiB, the size in which gradients are
 * summed ({@link GradientBuckets}); the medians that one rank saw.
 *
 * @param workers at least 2
 */
public record LinkMeasurement(int workers, Link.Sum small, Link.Sum large) {
    /** Name of these measurements in the table {@code probes}. */
    public static final String PROBE = "link";

    private static final String LATENCY = "latency_seconds";
    private static final String BANDWIDTH = "bandwidth_bytes_per_second";

    private static final int LARGE = 1 << 18;

    /** Sums that are done before it is known how long one takes. */
    private static final int FIRST = 3;

    private static final int FEWEST = 3;
    private static final int MOST = 200;

    /** For as many sums as are measured; as many go before them, as the JVM compiles code that runs often. */
    private static final double SECONDS = 0.03;

    /**
     * Measures it, in about a tenth of a second. All ranks call it at the same time, outside of training; they do the same
     * operations, however long each of them takes.
     *
     * @throws CollectiveException if another rank was lost
     */
    public static LinkMeasurement of(Collective collective) {
        return new LinkMeasurement(collective.size(), sum(collective, collective.size()), sum(collective, LARGE));
    }

    private static Link.Sum sum(Collective collective, int elements) {
        float[] values = new float[elements];
        double[] first = new double[FIRST];
        time(collective, values, first);
        // The same on all ranks to the bit, so all do as many sums.
        double[] slowest = {first[FIRST - 1]};
        collective.allReduceSum(slowest, 0, 1);
        double each = slowest[0] / collective.size();
        int repeats = (int) Math.max(FEWEST, Math.min(MOST, SECONDS / Math.max(each, SECONDS / MOST)));
        double[] seconds = new double[repeats];
        time(collective, values, seconds);
        time(collective, values, seconds);
        Arrays.sort(seconds);
        return new Link.Sum((long) elements * Float.BYTES, seconds[repeats / 2]);
    }

    private static void time(Collective collective, float[] values, double[] seconds) {
        for (int i = 0; i < seconds.length; i++) {
            long start = System.nanoTime();
            collective.allReduceSum(values, 0, values.length);
            seconds[i] = (System.nanoTime() - start) / 1e9;
        }
    }

    /** Rows of {@code probes}; none if the large sum was the quicker one. */
    public List<ProbeRecord> rows(RunPlan plan) {
        return Link.of(workers, small, large)
                .map(link -> List.of(
                        row(plan, LATENCY, link.latencySeconds()),
                        row(plan, BANDWIDTH, link.bandwidthBytesPerSecond())))
                .orElse(List.of());
    }

    /** What a run's rows of {@code probes} say of its link; empty if they say nothing. */
    public static Optional<Link> link(List<ProbeRecord> rows) {
        OptionalDouble latency = value(rows, LATENCY);
        OptionalDouble bandwidth = value(rows, BANDWIDTH);
        return latency.isPresent() && bandwidth.isPresent()
                ? Optional.of(new Link(latency.getAsDouble(), bandwidth.getAsDouble()))
                : Optional.empty();
    }

    private static OptionalDouble value(List<ProbeRecord> rows, String metric) {
        return rows.stream()
                .filter(row -> row.probe().equals(PROBE) && row.metric().equals(metric))
                .mapToDouble(ProbeRecord::value)
                .findFirst();
    }

    private ProbeRecord row(RunPlan plan, String metric, double value) {
        return new ProbeRecord(
                plan.study(),
                plan.runId(),
                plan.batchSize(),
                plan.seed(),
                0,
                PROBE,
                metric,
                value,
                null,
                String.format(
                        Locale.ROOT,
                        "{\"workers\":%d,\"payload_bytes\":[%d,%d],\"seconds\":[%.4g,%.4g]}",
                        workers,
                        small.bytes(),
                        large.bytes(),
                        small.seconds(),
                        large.seconds()));
    }
}
