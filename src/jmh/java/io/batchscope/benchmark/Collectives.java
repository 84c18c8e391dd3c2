package io.batchscope.benchmark;

import io.batchscope.benchmark.Peer.PeerException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Times sums over a ring of worker JVMs beside a plain exchange; {@code collective.sh} calls it. */
@Command(name = "collective")
public final class Collectives implements Callable<Integer> {
    private static final int MOST_RANKS = 16;
    private static final int MOST_FLOATS = 250_000_000;
    private static final double WARM_UP_SECONDS = 3;

    @Option(names = "--ranks", defaultValue = "2")
    private int ranks;

    @Option(names = "--lengths", split = ",", defaultValue = "235000,25000000")
    private List<Integer> lengths;

    @Option(names = "--ways", split = ",", defaultValue = "ring,encrypted,exchange")
    private List<String> ways;

    @Option(names = "--rounds", defaultValue = "9")
    private int rounds;

    @Option(names = "--seconds-per-round", defaultValue = "0.5")
    private double secondsPerRound;

    @Option(names = "--timeout", defaultValue = "120")
    private int timeoutSeconds;

    /** Ends with 0, with 1 if a worker failed, or with 2 for arguments that cannot be. */
    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Collectives());
        command.setParameterExceptionHandler((exception, line) -> {
            System.err.println("error: " + exception.getMessage() + "; src/jmh/collective.sh --help lists the options");
            return 2;
        });
        command.setExecutionExceptionHandler((exception, line, result) -> {
            System.err.println("error: " + exception.getMessage());
            return exception instanceof IllegalArgumentException ? 2 : 1;
        });
        System.exit(command.execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        requireSense();
        List<CollectiveWay> wanted =
                ways.stream().map(CollectiveWay::of).distinct().toList();
        List<Peer> peers = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(ranks);
        try {
            for (int rank = 0; rank < ranks; rank++) {
                peers.add(start(rank));
            }
            connect(peers, threads);
            System.out.println(CollectiveRow.head(wanted));
            for (int length : lengths) {
                System.err.println("measuring " + length + " floats on " + ranks + " ranks");
                double bytes = 2.0 * (ranks - 1) * length * Float.BYTES / ranks;
                System.out.println(measure(length, wanted, peers, threads).line(wanted, bytes));
            }
        } finally {
            peers.forEach(Peer::close);
            threads.shutdownNow();
        }
        return 0;
    }

    private void requireSense() {
        require(
                ranks >= 2 && ranks <= MOST_RANKS,
                "--ranks " + ranks + ": must be 2 to " + MOST_RANKS + "; give another number");
        require(
                lengths.stream().allMatch(length -> length >= 1 && length <= MOST_FLOATS),
                "--lengths " + lengths + ": must be 1 to " + MOST_FLOATS + "; give other numbers");
        require(rounds >= 1, "--rounds " + rounds + ": must be at least 1; give a larger number");
        require(
                secondsPerRound > 0 && secondsPerRound <= 60,
                "--seconds-per-round " + secondsPerRound + ": must be above 0 and at most 60; give another number");
        require(
                timeoutSeconds >= 1,
                "--timeout " + timeoutSeconds + ": must be at least 1; give a larger number of seconds");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    private Peer start(int rank) throws PeerException {
        long vectorMebibytes =
                lengths.stream().mapToLong(Integer::longValue).max().orElse(0) * Float.BYTES / (1 << 20);
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + (256 + (ways.contains(CollectiveWay.GATHER.label()) ? 4 : 2) * vectorMebibytes) + "m",
                // What was there for the length before is freed late.
                "-XX:MaxDirectMemorySize=" + (64 + 4 * vectorMebibytes) + "m",
                "-cp",
                System.getProperty("java.class.path"),
                CollectiveWorker.class.getName());
        return Peer.start("rank " + rank, command, Map.of(), Duration.ofSeconds(timeoutSeconds));
    }

    private void connect(List<Peer> peers, ExecutorService threads) throws Exception {
        List<String[]> greetings =
                peers.stream().map(peer -> peer.greeting().split(" ")).toList();
        String all = IntStream.range(0, 3)
                .mapToObj(kind -> greetings.stream().map(words -> words[kind]).collect(Collectors.joining(",")))
                .collect(Collectors.joining(" "));
        ask(peers, rank -> rank + " " + all, threads);
    }

    private CollectiveRow measure(int length, List<CollectiveWay> wanted, List<Peer> peers, ExecutorService threads)
            throws Exception {
        ask(peers, rank -> "prepare " + length, threads);
        Map<CollectiveWay, Integer> times = new EnumMap<>(CollectiveWay.class);
        Map<CollectiveWay, List<Double>> milliseconds = new EnumMap<>(CollectiveWay.class);
        for (CollectiveWay way : wanted) {
            double once = warmUp(way, peers, threads);
            times.put(way, (int) Math.max(1, Math.round(1000 * secondsPerRound / once)));
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < wanted.size(); i++) {
                // Who begins changes from round to round.
                CollectiveWay way = wanted.get((round + i) % wanted.size());
                double once = run(way, times.getOrDefault(way, 1), peers, threads);
                milliseconds.computeIfAbsent(way, key -> new ArrayList<>()).add(once);
            }
        }
        return new CollectiveRow(length, milliseconds);
    }

    /** Returns milliseconds of one. */
    private double warmUp(CollectiveWay way, List<Peer> peers, ExecutorService threads) throws Exception {
        double once = run(way, 1, peers, threads);
        for (double spent = once; spent < 1000 * WARM_UP_SECONDS; ) {
            int times = (int) Math.max(1, Math.min(1000, (1000 * WARM_UP_SECONDS - spent) / once / 2));
            once = run(way, times, peers, threads);
            spent += times * once;
        }
        return once;
    }

    /** Milliseconds of one, by the slowest rank. */
    private double run(CollectiveWay way, int times, List<Peer> peers, ExecutorService threads) throws Exception {
        long nanos = ask(peers, rank -> "run " + way.label() + " " + times, threads).stream()
                .mapToLong(Long::parseLong)
                .max()
                .orElseThrow();
        return nanos / 1e6 / times;
    }

    /** Asks all ranks at the same time. */
    private static List<String> ask(List<Peer> peers, IntFunction<String> request, ExecutorService threads)
            throws Exception {
        List<Future<String>> futures = new ArrayList<>();
        for (int rank = 0; rank < peers.size(); rank++) {
            Peer peer = peers.get(rank);
            String words = request.apply(rank);
            futures.add(threads.submit(() -> peer.ask(words)));
        }
        List<String> answers = new ArrayList<>();
        for (int rank = 0; rank < futures.size(); rank++) {
            try {
                answers.add(futures.get(rank).get());
            } catch (ExecutionException e) {
                throw new PeerException("rank " + rank + ": "
                        + Objects.requireNonNull(e.getCause()).getMessage());
            }
        }
        return answers;
    }
}
