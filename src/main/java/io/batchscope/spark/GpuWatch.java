package io.batchscope.spark;

import io.batchscope.result.GpuMeasures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;
import org.jspecify.annotations.Nullable;

/**
 * Asks {@code nvidia-smi} now and then what the GPUs that Spark assigned to a task do, on a thread of its own: the run does not
 * wait for it, and goes on whatever comes of it. A question that fails costs its answer alone; after several failures in a row
 * it asks no more. Without a GPU nothing is started.
 */
final class GpuWatch implements AutoCloseable {
    private static final Duration EVERY = Duration.ofSeconds(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long MOST_MILLIS_TO_END = 1000;
    private static final int MOST_FAILURES_IN_A_ROW = 5;

    private final List<String> command;
    private final Duration every;
    private final Duration timeout;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<GpuReading> readings = new ArrayList<>();
    private final @Nullable Thread thread;
    private final String neverAsked;
    private int asked;
    private int failed;
    private int failedInARow;
    private String failure = "";

    /**
     * Begins to watch.
     *
     * @param program the path of nvidia-smi
     * @param addresses of the GPUs, as Spark and nvidia-smi name them; empty: there is nothing to watch
     * @param every between two questions, and before the first
     * @param timeout the longest wait for an answer
     */
    GpuWatch(String program, List<String> addresses, Duration every, Duration timeout) {
        this.command = List.of(
                program,
                "--query-gpu=utilization.gpu,memory.used",
                "--format=csv,noheader,nounits",
                "--id=" + String.join(",", addresses));
        this.every = every;
        this.timeout = timeout;
        this.neverAsked = addresses.isEmpty()
                ? "no GPU was assigned to the workers"
                : "the run ended before its GPUs were asked, after " + every.toMillis() + " ms";
        if (addresses.isEmpty()) {
            this.thread = null;
        } else {
            this.thread = new Thread(this::watch, "batchscope-gpu-watch");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /**
     * Of the GPUs that Spark assigned to this task, or the one that it computes on without having been given any.
     *
     * @param own the address of the one that it computes on
     */
    static GpuWatch of(TaskContext context, Optional<String> own) {
        ResourceInformation gpu = context.resourcesJMap().get(GpuBinding.RESOURCE);
        return new GpuWatch(
                "nvidia-smi", gpu == null ? own.stream().toList() : List.of(gpu.addresses()), EVERY, TIMEOUT);
    }

    private void watch() {
        try {
            boolean goesOn = true;
            while (goesOn && !closed.await(every.toMillis(), TimeUnit.MILLISECONDS)) {
                goesOn = look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once; whether to ask again. */
    private boolean look() throws InterruptedException {
        try {
            add(GpuReading.parse(ask()));
        } catch (IOException | RuntimeException e) {
            fail(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
        return !hasGivenUp();
    }

    private String ask() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("nvidia-smi: did not answer within " + timeout.toMillis() + " ms");
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(
                        "nvidia-smi: ended with exit code " + process.exitValue() + " and said '" + said.strip() + "'");
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private synchronized void add(List<GpuReading> more) {
        readings.addAll(more);
        asked++;
        failedInARow = 0;
    }

    private synchronized void fail(String reason) {
        failure = reason;
        asked++;
        failed++;
        failedInARow++;
    }

    private synchronized boolean hasGivenUp() {
        return failedInARow >= MOST_FAILURES_IN_A_ROW;
    }

    /** What went wrong, in a few words; empty if nothing did. */
    private String detail() {
        if (asked == 0) {
            return neverAsked;
        }
        return failed == 0
                ? ""
                : failed + " of " + asked + " questions failed" + (hasGivenUp() ? ", so it was asked no more" : "")
                        + "; the last: " + failure;
    }

    /** Ends, and tells what was seen. */
    GpuMeasures end() {
        close();
        return measured();
    }

    /** What was seen so far. */
    synchronized GpuMeasures measured() {
        if (readings.isEmpty()) {
            return GpuMeasures.unknown(detail());
        }
        double utilization =
                readings.stream().mapToDouble(GpuReading::utilization).average().orElseThrow();
        long memory = readings.stream().mapToLong(GpuReading::memoryBytes).max().orElseThrow();
        return new GpuMeasures(utilization, memory, detail());
    }

    /**
     * Of all workers together: the mean of their utilizations and the most memory; unknown if one of them is. Details that differ
     * are put one after the other.
     */
    static GpuMeasures together(List<GpuMeasures> workers) {
        double utilization = 0;
        long memory = 0;
        for (GpuMeasures worker : workers) {
            Double share = worker.gpuUtilization();
            Long bytes = worker.gpuMemoryBytes();
            if (share == null || bytes == null) {
                return worker;
            }
            utilization += share / workers.size();
            memory = Math.max(memory, bytes);
        }
        String details = workers.stream()
                .map(worker -> Objects.requireNonNullElse(worker.gpuDetail(), ""))
                .filter(detail -> !detail.isEmpty())
                .distinct()
                .collect(Collectors.joining(" | "));
        return new GpuMeasures(utilization, memory, details);
    }

    /** Ends the thread, and the question that it waits for. */
    @Override
    public void close() {
        closed.countDown();
        if (thread != null) {
            thread.interrupt();
            try {
                thread.join(MOST_MILLIS_TO_END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
