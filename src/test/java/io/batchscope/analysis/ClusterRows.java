package io.batchscope.analysis;

import io.batchscope.law.Cluster;
import io.batchscope.law.Link;
import io.batchscope.law.TradeOff;
import io.batchscope.law.UpdateTime;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Runs on several numbers of workers that take what known laws say: a = 2 ms, β = 4 µs, S_min = 1000, B_crit = 1024, a million
 * bytes a gradient over a link of 100 µs and 1 GB/s, machines with two processors.
 */
public final class ClusterRows {
    public static final UpdateTime LOCAL = new UpdateTime(2e-3, 4e-6);
    public static final TradeOff GOAL = new TradeOff(1000, 1_024_000);
    public static final Link LINK = new Link(1e-4, 1e9);
    public static final Cluster CLUSTER = new Cluster(LOCAL, LINK, 1_000_000);
    public static final long EXAMPLES = 65_536;
    private static final double PROCESSORS = 2;
    private static final long[] BATCH_SIZES = {64, 256, 1024, 4096};

    private ClusterRows() {}

    /** Of two seeds at four batch sizes on each of these numbers of workers. */
    public static List<RunResult> study(boolean target, int... workers) {
        return Stream.of(1L, 2L)
                .flatMap(seed -> Arrays.stream(BATCH_SIZES).boxed().flatMap(size -> Arrays.stream(workers)
                        .mapToObj(number -> run(size, number, seed, target, 1))))
                .toList();
    }

    /** A run whose updates take so many times what the laws say. */
    public static RunResult run(long batchSize, int workers, long seed, boolean target, double longer) {
        String id = "r" + batchSize + "-" + workers + "-" + seed;
        double slowdown = Math.max(1, workers / PROCESSORS);
        RunRecord run = RunFixture.run(batchSize, seed)
                .with("runId", id)
                .with("syncMode", "synchronous")
                .with("syncEvery", 1)
                .with("workers", workers)
                .with("trainExamples", EXAMPLES)
                .with("parameterCount", 250_000L)
                .with("stepsToTarget", target ? (Long) Math.round(GOAL.steps(batchSize)) : null)
                .toRecord();
        double whole = longer * CLUSTER.seconds(workers, (double) batchSize / workers, slowdown);
        // The first update is slow: the median is of the others.
        List<StepRecord> steps = Stream.of(9.0, 1.0, 1.0)
                .map(factor -> RunFixture.timed(
                        run, batchSize, factor * whole, CLUSTER.sumSeconds(workers), StepMeasures.NONE))
                .toList();
        Map<String, Double> machine = Map.of("processors", PROCESSORS, "processors_per_worker", PROCESSORS / workers);
        // Workers that take turns make a link look slow.
        Map<String, Double> link = workers == 1
                ? Map.of()
                : Map.of(
                        "latency_seconds",
                        LINK.latencySeconds() * slowdown,
                        "bandwidth_bytes_per_second",
                        LINK.bandwidthBytesPerSecond() / slowdown);
        return new RunResult(
                run,
                steps,
                List.<EvalRecord>of(),
                Stream.concat(probes(run, "machine", machine), probes(run, "link", link))
                        .toList());
    }

    private static Stream<ProbeRecord> probes(RunRecord run, String probe, Map<String, Double> values) {
        return values.entrySet().stream()
                .map(row -> new ProbeRecord(
                        run.study(),
                        run.runId(),
                        run.batchSize(),
                        run.seed(),
                        0,
                        probe,
                        row.getKey(),
                        row.getValue(),
                        null,
                        "{}"));
    }

    /** Their tables. */
    public static StudyTables tables(List<RunResult> runs) {
        return new StudyTables(
                runs.stream().map(RunResult::run).toList(),
                runs.stream().flatMap(run -> run.steps().stream()).toList(),
                List.of(),
                runs.stream().flatMap(run -> run.probes().stream()).toList());
    }
}
