package io.batchscope.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.batchscope.analysis.MeasuredCluster;
import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Simulation;
import io.batchscope.data.DataException;
import io.batchscope.law.Link;
import io.batchscope.result.StudyTables;
import io.batchscope.spark.ParquetResultStore;
import io.batchscope.spark.StudyFiles;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a study's training would take on other numbers of workers. */
@Command(
        name = "simulate",
        description =
                "Time, cost and best batch size on numbers of workers that a study did not have, from what it measured.",
        footer = {
            "What a worker does alone is fitted to the step times of the study's synchronous runs with the fewest workers; the",
            "link is what its runs with several workers measured, unless given. The target's law is that of 'report'. The same",
            "model is held against every number of workers and batch size that the study ran."
        })
final class SimulateCommand implements Callable<Integer> {
    private final Supplier<SparkSession> spark;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "RESULTS", description = "A results directory.")
    private String results;

    @Option(
            names = "--workers",
            required = true,
            split = ",",
            paramLabel = "P",
            description = "Numbers of workers, such as 1,8,64,512,4096.")
    private List<Integer> workers;

    @Option(
            names = "--bandwidth",
            paramLabel = "B",
            converter = Bandwidth.class,
            description = "Of the link between two workers: bytes a second, or such as 1.25GB or 10Gbit.")
    private @Nullable Double bandwidth;

    @Option(names = "--latency", paramLabel = "SECONDS", description = "Of one hop between two workers.")
    private @Nullable Double latency;

    @Option(names = "--price-per-worker-hour", paramLabel = "PRICE", description = "In any currency.")
    private @Nullable Double price;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    /** @param spark asked for a session when one is needed */
    SimulateCommand(Supplier<SparkSession> spark) {
        this.spark = spark;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        requireOptions();
        MeasuredCluster measured = MeasuredCluster.of(tables())
                .orElseThrow(() -> new DataException("results '" + results
                        + "' (RESULTS): must hold step times of synchronous runs at three batch sizes with the same number of"
                        + " workers, but do not; add batch sizes to the study and run it again"));
        List<Integer> ascending = workers.stream().sorted().toList();
        int most = ascending.get(ascending.size() - 1);
        require(
                most <= measured.trainExamples(),
                "workers " + most + " (--workers): must be at most the " + NumberText.count(measured.trainExamples())
                        + " training examples, for each takes part in every update; ask for fewer");
        Simulation simulation = Simulation.of(measured, link(measured.link(), most), ascending);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? SimulationJson.of(simulation, price) : SimulationText.of(simulation, price));
        out.flush();
        return ExitCode.DONE;
    }

    private void requireOptions() {
        for (int number : workers) {
            require(number > 0, "workers " + number + " (--workers): must be at least 1; correct the list");
        }
        require(
                workers.stream().distinct().count() == workers.size(),
                "workers " + workers + " (--workers): must be different numbers; leave out what is there twice");
        requireNotNegative("latency", latency, "seconds");
        requireNotNegative("price-per-worker-hour", price, "a price");
    }

    private void requireNotNegative(String name, @Nullable Double value, String what) {
        require(
                value == null || (value >= 0 && Double.isFinite(value)),
                name + " " + value + " (--" + name + "): must be " + what + ", at least 0; correct it");
    }

    private void require(boolean holds, String problem) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private StudyTables tables() {
        SparkSession session = spark.get();
        try (ParquetResultStore store = ParquetResultStore.forReading(session, results)) {
            StudyTables all = store.read();
            StudyTables tables = new StudyFiles(session, results)
                    .plannedRuns()
                    .map(planned -> StudyReports.only(planned, all))
                    .orElse(all);
            if (tables.runs().isEmpty()) {
                throw new DataException("results '" + results + "' (RESULTS): hold no finished run; run 'study' first");
            }
            return tables;
        }
    }

    private Link link(@Nullable Link measured, int most) {
        Double seconds = latency == null && measured != null ? (Double) measured.latencySeconds() : latency;
        Double bytes = bandwidth == null && measured != null ? (Double) measured.bandwidthBytesPerSecond() : bandwidth;
        require(
                most == 1 || (seconds != null && bytes != null),
                "link (" + results
                        + "): must be known for several workers, but no run measured it; give both --latency and"
                        + " --bandwidth, or run the study with sync.workers = [1, 2]");
        // One worker sums with nobody.
        return new Link(seconds == null ? 0 : seconds, bytes == null ? Double.POSITIVE_INFINITY : bytes);
    }
}
