package io.batchscope.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.batchscope.benchmark.Peer.PeerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Times the steps of all contenders in one run and prints one table; {@code steps.sh} calls it. */
@Command(name = "steps")
public final class Steps implements Callable<Integer> {
    @Option(names = "--rounds", defaultValue = "7")
    private int rounds;

    @Option(names = "--seconds-per-round", defaultValue = "0.5")
    private double secondsPerRound;

    @Option(names = "--models", split = ",", defaultValue = "mlp,cnn,resnet8")
    private List<String> models;

    @Option(names = "--batches", split = ",")
    private @Nullable List<Integer> batches;

    @Option(names = "--contenders", split = ",", defaultValue = "fused,dl4j,shipped,pytorch")
    private List<String> contenders;

    @Option(names = "--python", defaultValue = "python3")
    private String python;

    @Option(names = "--pin")
    private Optional<Integer> pin;

    @Option(names = "--timeout", defaultValue = "120")
    private int timeoutSeconds;

    @Option(names = "--json")
    private Optional<Path> json;

    @Option(names = "--script", required = true)
    private Path script;

    /** Ends with 0, or with 2 for arguments that cannot be. */
    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Steps());
        command.setExecutionExceptionHandler((exception, line, result) -> {
            if (exception instanceof IllegalArgumentException) {
                System.err.println("error: " + exception.getMessage());
                return 2;
            }
            throw exception;
        });
        System.exit(command.execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        requireSense();
        List<Contender> wanted = contenders.stream().map(Contender::of).toList();
        List<Workload> workloads = models.stream().map(Workload::of).toList();
        Map<Contender, Peer> peers = new EnumMap<>(Contender.class);
        Map<Contender, String> absent = new EnumMap<>(Contender.class);
        try {
            wanted.forEach(contender -> start(contender, peers, absent));
            Contender subject = absent.containsKey(Contender.FUSED) || !wanted.contains(Contender.FUSED)
                    ? Contender.GENERAL
                    : Contender.FUSED;
            StepRounds measuring =
                    new StepRounds(peers, new StepRounds.Settings(rounds, secondsPerRound, true, Integer.MAX_VALUE));
            List<StepRow> rows = new ArrayList<>();
            for (Workload workload : workloads) {
                for (int batch : batches == null ? workload.batches() : batches) {
                    System.err.println("measuring " + workload.label() + " " + batch);
                    rows.add(measuring.measure(workload, batch, absent));
                }
            }
            System.out.println(new StepTable(rows, wanted, subject, measuring.pytorchGemmRates()).markdown());
            write(rows);
        } finally {
            peers.values().forEach(Peer::close);
        }
        return 0;
    }

    private void requireSense() {
        require(rounds >= 1, "--rounds " + rounds + ": must be at least 1; give a larger number");
        require(
                secondsPerRound > 0 && secondsPerRound <= 60,
                "--seconds-per-round " + secondsPerRound + ": must be above 0 and at most 60; give another number");
        require(
                batches == null || batches.stream().allMatch(batch -> batch >= 1),
                "--batches " + batches + ": must be at least 1; give larger numbers");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    private void start(Contender contender, Map<Contender, Peer> peers, Map<Contender, String> absent) {
        List<String> command = new ArrayList<>();
        pin.ifPresent(cpu -> command.addAll(List.of("taskset", "-c", Integer.toString(cpu))));
        command.addAll(
                contender == Contender.PYTORCH
                        ? List.of(python, script.toString())
                        : List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx4g",
                                "-cp",
                                System.getProperty("java.class.path"),
                                StepWorker.class.getName(),
                                contender.label()));
        Map<String, String> oneThread = Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1");
        try {
            Peer peer = Peer.start(contender.title(), command, oneThread, Duration.ofSeconds(timeoutSeconds));
            System.err.println(contender.title() + ": " + peer.greeting());
            peers.put(contender, peer);
        } catch (PeerException e) {
            System.err.println(contender.title() + ": " + e.getMessage());
            absent.put(contender, String.valueOf(e.getMessage()));
        }
    }

    private void write(List<StepRow> rows) throws IOException {
        if (json.isPresent()) {
            Files.write(
                    json.get(),
                    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(rows));
        }
    }
}
