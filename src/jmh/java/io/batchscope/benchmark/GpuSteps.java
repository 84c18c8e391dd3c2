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
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Times the steps of Batchscope and PyTorch on one GPU in one run and prints one table; {@code run bench} of the GPU bundle. */
@Command(name = "bench")
public final class GpuSteps implements Callable<Integer> {
    @Option(names = "--models", split = ",", defaultValue = "mlp,cnn,resnet20")
    private List<String> models = List.of();

    @Option(names = "--batches", split = ",", defaultValue = "32,128,512,2048,8192,32768,65536")
    private List<Integer> batches = List.of();

    @Option(
            names = "--contenders",
            split = ",",
            defaultValue =
                    "batchscope,batchscope-resident,batchscope-tf32,pytorch,pytorch-graph,pytorch-resident,pytorch-resident-graph,"
                            + "pytorch-tf32,pytorch-graph-tf32")
    private List<String> contenders = List.of();

    @Option(names = "--rounds", defaultValue = "5")
    private int rounds;

    @Option(names = "--seconds-per-round", defaultValue = "0.2")
    private double secondsPerRound;

    @Option(names = "--alone-from", defaultValue = "16384")
    private int aloneFrom;

    @Option(names = "--gpu", defaultValue = "0")
    private String gpu = "0";

    @Option(names = "--replica", defaultValue = "cuda")
    private String replica = "cuda";

    @Option(names = "--timeout", defaultValue = "120")
    private int timeoutSeconds;

    @Option(names = "--json")
    private Optional<Path> json = Optional.empty();

    @Option(names = "--python", defaultValue = "python3")
    private String python = "python3";

    @Option(names = "--script", required = true)
    private Path script = Path.of("");

    /** Ends with 0, with 2 for arguments that cannot be, with 4 if Batchscope cannot run here. */
    public static void main(String[] arguments) {
        System.exit(GpuCommands.execute(new GpuSteps(), arguments));
    }

    @Override
    public Integer call() throws IOException {
        GpuCommands.require(rounds >= 1, "--rounds", rounds, "must be at least 1");
        GpuCommands.require(
                secondsPerRound > 0 && secondsPerRound <= 60,
                "--seconds-per-round",
                secondsPerRound,
                "must be above 0 and at most 60");
        GpuCommands.require(timeoutSeconds >= 1, "--timeout", timeoutSeconds, "must be at least 1");
        GpuCommands.requireBatches(batches);
        List<GpuContender> wanted = contenders.stream().map(GpuContender::of).toList();
        List<ProgramNetwork> networks = models.stream().map(ProgramNetwork::of).toList();
        Machinery machinery = Machinery.of(replica);
        Map<GpuContender, Peer> peers = new EnumMap<>(GpuContender.class);
        Map<GpuContender, String> absent = new EnumMap<>(GpuContender.class);
        try {
            wanted.forEach(contender -> start(contender, machinery, peers, absent));
            if (peers.keySet().stream().allMatch(GpuContender::isPyTorch)) {
                throw new AbsenceException("Batchscope (--contenders " + String.join(",", contenders)
                        + "): must take part, but is not there; see the messages above, or name one of its contenders");
            }
            StepRounds measuring =
                    new StepRounds(peers, new StepRounds.Settings(rounds, secondsPerRound, false, aloneFrom));
            List<StepRow> rows = new ArrayList<>();
            for (ProgramNetwork network : networks) {
                for (int batch : batches) {
                    System.err.println("measuring " + network.label() + " " + batch);
                    rows.add(measuring.measure(network, batch, absent));
                }
            }
            System.out.println(new GpuStepTable(rows, wanted).markdown());
            if (json.isPresent()) {
                Files.write(
                        json.get(),
                        new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(rows));
            }
        } finally {
            peers.values().forEach(Peer::close);
        }
        return 0;
    }

    private void start(
            GpuContender contender,
            Machinery machinery,
            Map<GpuContender, Peer> peers,
            Map<GpuContender, String> absent) {
        try {
            Peer peer = Peer.start(
                    contender.title(),
                    contender.isPyTorch() ? pytorch(contender, machinery) : batchscope(contender),
                    environment(machinery),
                    Duration.ofSeconds(timeoutSeconds));
            System.err.println(contender.title() + ": " + peer.greeting());
            peers.put(contender, peer);
        } catch (PeerException e) {
            System.err.println(contender.title() + ": " + e.getMessage());
            absent.put(contender, String.valueOf(e.getMessage()));
        }
    }

    /** Both number GPUs as nvidia-smi does, and processors compute with one thread. */
    private static Map<String, String> environment(Machinery machinery) {
        return machinery == Machinery.CUDA
                ? Map.of("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
                : Map.of("OMP_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1");
    }

    private List<String> batchscope(GpuContender contender) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:MaxRAMPercentage=20",
                "-cp",
                System.getProperty("java.class.path"),
                GpuStepWorker.class.getName(),
                contender.label(),
                replica,
                gpu);
    }

    private List<String> pytorch(GpuContender contender, Machinery machinery) {
        List<String> command = new ArrayList<>(
                List.of(python, script.toString(), "--device", machinery == Machinery.CUDA ? "cuda:" + gpu : "cpu"));
        command.addAll(contender.scriptArguments());
        return command;
    }
}
