package io.batchscope.benchmark;

import io.batchscope.benchmark.EfficiencyTable.Row;
import io.batchscope.benchmark.Peer.PeerException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what a second worker gains, and what overlapping sums with the backward pass does; {@code efficiency.sh} calls it. */
@Command(name = "efficiency")
public final class Efficiency implements Callable<Integer> {
    @Option(names = "--models", split = ",", defaultValue = "mlp,cnn")
    private List<String> models = List.of();

    @Option(names = "--per-worker", split = ",", defaultValue = "256,1024")
    private List<Integer> perWorker = List.of();

    @Option(names = "--rounds", defaultValue = "7")
    private int rounds;

    @Option(names = "--seconds-per-round", defaultValue = "2")
    private double secondsPerRound;

    @Option(names = "--link-gbit", defaultValue = "1")
    private double linkGigabits;

    @Option(names = "--cpus", split = ",", defaultValue = "0,1")
    private List<Integer> cpus = List.of();

    @Option(names = "--timeout", defaultValue = "120")
    private int timeoutSeconds;

    /** Ends with 0, or with 2 for arguments that cannot be. */
    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Efficiency());
        command.setParameterExceptionHandler((exception, line) -> {
            System.err.println("error: " + exception.getMessage() + "; see src/jmh/efficiency.sh --help");
            return 2;
        });
        command.setExecutionExceptionHandler((exception, line, result) -> {
            if (exception instanceof IllegalArgumentException || exception instanceof PeerException) {
                System.err.println("error: " + exception.getMessage());
                return exception instanceof PeerException ? 1 : 2;
            }
            throw exception;
        });
        System.exit(command.execute(arguments));
    }

    @Override
    public Integer call() throws IOException, PeerException {
        List<Workload> workloads = models.stream().map(Workload::of).toList();
        requireSense();
        try (Peer everywhere = start("all cores", List.of());
                Peer first = start("CPU " + cpus.get(0), pinned(cpus.get(0)));
                Peer second = start("CPU " + cpus.get(1), pinned(cpus.get(1)))) {
            LayoutRounds measuring = new LayoutRounds(everywhere, List.of(first, second), linkGigabits);
            List<Row> rows = new ArrayList<>();
            for (Workload workload : workloads) {
                for (int share : perWorker) {
                    System.err.println("measuring " + workload.label() + " " + share);
                    Map<Layout, double[]> rates =
                            measuring.measure(workload, share, layouts(workload), rounds, secondsPerRound);
                    rows.add(new Row(workload, share, rates));
                }
            }
            System.out.println(EfficiencyTable.scaling(rows));
            List<Row> linked =
                    rows.stream().filter(row -> overlaps(row.workload())).toList();
            if (!linked.isEmpty()) {
                System.out.println("\n" + EfficiencyTable.overlap(linked, linkGigabits));
            }
        }
        return 0;
    }

    /** The dense network's gradient is too small to be summed in more than one piece. */
    private static boolean overlaps(Workload workload) {
        return workload == Workload.CNN;
    }

    private static List<Layout> layouts(Workload workload) {
        return Stream.of(Layout.values())
                .filter(layout ->
                        overlaps(workload) || (layout != Layout.LINK_AFTERWARDS && layout != Layout.LINK_OVERLAPPED))
                .toList();
    }

    private void requireSense() {
        require(rounds >= 1, "--rounds " + rounds + ": must be at least 1; give a larger number");
        require(
                secondsPerRound > 0 && secondsPerRound <= 60,
                "--seconds-per-round " + secondsPerRound + ": must be above 0 and at most 60; give another number");
        require(
                perWorker.stream().allMatch(share -> share >= 1 && share <= 8192),
                "--per-worker " + perWorker + ": must be 1 to 8192; give other numbers");
        require(
                linkGigabits > 0 && linkGigabits <= 100,
                "--link-gbit " + linkGigabits + ": must be above 0 and at most 100; give another number");
        require(timeoutSeconds >= 1, "--timeout " + timeoutSeconds + ": must be at least 1; give a larger number");
        require(
                cpus.size() == 2
                        && !cpus.get(0).equals(cpus.get(1))
                        && cpus.stream().allMatch(cpu -> cpu >= 0),
                "--cpus " + cpus + ": must be two numbers of CPUs; give such as 0,1");
        require(
                Runtime.getRuntime().availableProcessors() >= 2,
                "processors (this machine): two workers need 2, but here is 1; use another machine");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    private static List<String> pinned(int cpu) {
        return List.of("taskset", "-c", Integer.toString(cpu));
    }

    private Peer start(String name, List<String> before) throws PeerException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx2g",
                "-cp",
                System.getProperty("java.class.path"),
                RankWorker.class.getName()));
        Map<String, String> oneThread = Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1");
        return Peer.start(name, command, oneThread, Duration.ofSeconds(timeoutSeconds));
    }
}
