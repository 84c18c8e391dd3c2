package io.batchscope.spark;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.GpuMeasures;
import io.batchscope.train.CollectiveException;
import io.batchscope.train.Device;
import io.batchscope.train.MachineRate;
import io.batchscope.train.TrainedRun;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkException;
import org.jspecify.annotations.Nullable;

/**
 * What a rank tells the driver. A rank that fails says so instead of throwing: Spark's message for a failed barrier
 * stage does not have the cause, and when one rank fails all others fail after it, so the driver has to choose.
 *
 * @param run what happened; only the first rank says it, since all have the same
 * @param failure why it failed; null if it did not
 * @param flopsPerSecond what its machine can do, see {@link MachineRate}; null if not measured
 * @param gpu what its GPUs did
 * @param processors of its machine that its JVM may use
 * @param device the GPU that it computed on; null: the processor
 */
record RankReport(
        int rank,
        String host,
        @Nullable TrainedRun run,
        @Nullable Failure failure,
        @Nullable Double flopsPerSecond,
        GpuMeasures gpu,
        int processors,
        @Nullable Device device)
        implements Serializable {
    private static final GpuMeasures UNKNOWN = GpuMeasures.unknown("not asked");

    /**
     * Why a rank failed.
     *
     * @param victim whether it only lost the others
     */
    record Failure(String message, boolean victim, long timeMillis) implements Serializable {}

    static RankReport of(int rank, String host, TrainedRun run) {
        return new RankReport(rank, host, run, null, null, UNKNOWN, available(), null);
    }

    /** Of a rank that came to the same end as the first. */
    static RankReport agreed(int rank, String host) {
        return new RankReport(rank, host, null, null, null, UNKNOWN, available(), null);
    }

    private static int available() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** The same with what the rank's machine can do, and what its GPUs did. */
    RankReport with(@Nullable Double measured, GpuMeasures gpus) {
        return new RankReport(rank, host, run, failure, measured, gpus, processors, device);
    }

    /** The same of a rank that computed on this GPU, if on any. */
    RankReport on(Optional<Device> gpu) {
        return new RankReport(rank, host, run, failure, flopsPerSecond, this.gpu, processors, gpu.orElse(null));
    }

    static RankReport failed(int rank, String host, Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        boolean ours = cause.getClass().getName().startsWith("io.batchscope.");
        return new RankReport(
                rank,
                host,
                null,
                new Failure(
                        ours ? message : cause.getClass().getSimpleName() + ": " + message,
                        cause instanceof CollectiveException || missesOthers(cause),
                        System.currentTimeMillis()),
                null,
                UNKNOWN,
                available(),
                null);
    }

    /** Whether Spark gave up waiting for the other tasks of the stage. */
    private static boolean missesOthers(Throwable cause) {
        return cause instanceof SparkException
                && String.valueOf(cause.getMessage()).contains("barrier sync");
    }

    /**
     * The run as its first rank saw it, or the failure that came first, before those that only followed from it. Where
     * ranks only lost each other, another attempt may mend it.
     */
    static Attempt together(RunPlan plan, List<RankReport> reports) {
        record Failed(RankReport report, Failure failure) {}
        Optional<Failed> first = reports.stream()
                .flatMap(report ->
                        Optional.ofNullable(report.failure()).map(failure -> new Failed(report, failure)).stream())
                .min(Comparator.<Failed, Boolean>comparing(
                                failed -> failed.failure().victim())
                        .thenComparing(failed -> failed.failure().timeMillis())
                        .thenComparing(failed -> failed.report().rank()));
        if (first.isPresent()) {
            RankReport report = first.get().report();
            Failure failure = first.get().failure();
            return new Attempt.Failed(
                    "rank " + report.rank() + " on " + report.host() + ": " + failure.message(), failure.victim());
        }
        TrainedRun run = reports.get(0).run();
        if (run == null) {
            throw new IllegalStateException("the first rank reported neither a run nor a failure");
        }
        return new Attempt.Trained(run.withProbeRows(HostProcessors.of(reports).rows(plan))
                .withMachines(
                        rate(reports),
                        GpuWatch.together(reports.stream().map(RankReport::gpu).toList())
                                .on(devices(reports))));
    }

    /** Which rank computed on which GPU; null if none did. */
    private static @Nullable String devices(List<RankReport> reports) {
        List<RankDevice> devices = new ArrayList<>();
        for (RankReport report : reports) {
            if (report.device() != null) {
                devices.add(new RankDevice(report.rank(), report.host(), report.device()));
            }
        }
        return devices.isEmpty() ? null : RankDevice.describe(devices);
    }

    /** Of all ranks together; null if one of them could not measure it. */
    private static @Nullable Double rate(List<RankReport> reports) {
        double sum = 0;
        for (RankReport report : reports) {
            Double own = report.flopsPerSecond();
            if (own == null) {
                return null;
            }
            sum += own;
        }
        return sum;
    }
}
