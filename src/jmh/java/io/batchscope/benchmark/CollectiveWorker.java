package io.batchscope.benchmark;

import io.batchscope.collective.RingListener;
import io.batchscope.train.Collective;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One rank in a JVM of its own. Its first line gives the addresses of its two rings and the port of its exchange. Then it
 * is told all ranks' ({@code RANK RING,… ENCRYPTED,… PORT,…}), answers {@code ok}, and answers each request with one line
 * that starts with {@code ok} or {@code error}:
 *
 * <pre>
 * prepare LENGTH   makes the vector                                  ok
 * run WAY TIMES    sums, or exchanges as many bytes, so many times   ok NANOSECONDS
 * </pre>
 */
public final class CollectiveWorker {
    // Keeps nobody out on a machine where all can read it; no secret is needed to measure time.
    private static final byte[] SECRET = "ranks of one benchmark".getBytes(StandardCharsets.UTF_8);
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Collective ring;
    private final Collective encrypted;
    private final Exchange.Connected exchange;
    private float[] values = {};
    private int[] messages = {};
    private int[] starts = {};

    private CollectiveWorker(Collective ring, Collective encrypted, Exchange.Connected exchange) {
        this.ring = ring;
        this.encrypted = encrypted;
        this.exchange = exchange;
    }

    /** Answers until its standard input ends. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (RingListener plain = RingListener.open(InetAddress.getLoopbackAddress());
                RingListener sealed = RingListener.open(InetAddress.getLoopbackAddress());
                Exchange server = Exchange.listen()) {
            answers.println("ok " + plain.address() + " " + sealed.address() + " " + server.port());
            String line = requests.readLine();
            if (line == null) {
                return;
            }
            String[] all = line.split(" ");
            int rank = Integer.parseInt(all[0]);
            String[] ports = all[3].split(",");
            try (Collective ring = plain.connect(rank, list(all[1]), SECRET, TIMEOUT, false);
                    Collective encrypted = sealed.connect(rank, list(all[2]), SECRET, TIMEOUT, true);
                    Exchange.Connected exchange = server.connect(Integer.parseInt(ports[(rank + 1) % ports.length]))) {
                answers.println("ok");
                CollectiveWorker worker = new CollectiveWorker(ring, encrypted, exchange);
                for (line = requests.readLine(); line != null; line = requests.readLine()) {
                    answers.println(worker.answer(line.split(" ")));
                }
            }
        }
    }

    private static List<String> list(String commaSeparated) {
        return Arrays.asList(commaSeparated.split(","));
    }

    private String answer(String[] request) {
        try {
            return "ok " + carryOut(request);
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            e.printStackTrace();
            return "error " + e.toString().lines().findFirst().orElse("");
        }
    }

    private String carryOut(String[] request) throws IOException {
        return switch (request[0]) {
            case "prepare" -> {
                // Let go of the last one first.
                values = new float[0];
                messages = new int[0];
                values = new float[Integer.parseInt(request[1])];
                exchange.prepare(values.length * Float.BYTES);
                yield "";
            }
            case "run" -> Long.toString(run(CollectiveWay.of(request[1]), Integer.parseInt(request[2])));
            default -> throw new IllegalArgumentException("unknown request " + request[0]);
        };
    }

    private long run(CollectiveWay way, int times) throws IOException {
        if (way == CollectiveWay.GATHER && messages.length == 0) {
            makeMessages();
        }
        // Only zeros stay what they are however often they are summed.
        long startNanos = System.nanoTime();
        for (int i = 0; i < times; i++) {
            switch (way) {
                case RING -> ring.allReduceSum(values, 0, values.length);
                case ENCRYPTED -> encrypted.allReduceSum(values, 0, values.length);
                case EXCHANGE -> exchange.run(ringBytes());
                case GATHER -> ring.allGather(messages, starts);
            }
        }
        return System.nanoTime() - startNanos;
    }

    private void makeMessages() {
        long length = 2L * values.length;
        int ranks = ring.size();
        messages = new int[(int) length];
        starts = IntStream.rangeClosed(0, ranks)
                .map(rank -> (int) (rank * length / ranks))
                .toArray();
    }

    /** What a rank sends for one sum: 2·(ranks − 1)/ranks of the vector. */
    private long ringBytes() {
        return 2L * (ring.size() - 1) * values.length * Float.BYTES / ring.size();
    }
}
