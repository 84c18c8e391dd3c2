package io.batchscope.collective;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.batchscope.train.Collective;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Ranks of one collective, each on a thread of its own. */
public final class Ranks {
    static final byte[] SECRET = "a secret of one run only".getBytes(UTF_8);
    /** For connecting, so that tests with short time-outs start with a connected ring however busy the machine is. */
    static final Duration CONNECT = Duration.ofSeconds(20);

    private static final int MOST_SECONDS = 30;

    private Ranks() {}

    /** What a rank does. */
    public interface Body<T> {
        T run(Collective collective) throws Exception;
    }

    /** What came of one rank: its value or what it threw. */
    public record Ended<T>(Optional<T> value, Optional<Throwable> thrown) {
        public String message() {
            return thrown.map(Throwable::getMessage).orElse("nothing thrown");
        }
    }

    /** Runs all bodies at the same time and gives what came of each, in the same order. */
    public static <T> List<Ended<T>> together(List<Callable<T>> bodies) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(bodies.size());
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (Callable<T> body : bodies) {
                futures.add(threads.submit(body));
            }
            List<Ended<T>> ended = new ArrayList<>();
            for (Future<T> future : futures) {
                try {
                    ended.add(new Ended<>(Optional.of(future.get(MOST_SECONDS, SECONDS)), Optional.empty()));
                } catch (ExecutionException e) {
                    ended.add(new Ended<>(Optional.empty(), Optional.of(Objects.requireNonNull(e.getCause()))));
                }
            }
            return ended;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Runs the body on all ranks; a rank closes its collective when its body ends. */
    public static <T> List<Ended<T>> onAll(List<Collective> collectives, Body<T> body) throws Exception {
        List<Callable<T>> bodies = new ArrayList<>();
        for (Collective collective : collectives) {
            bodies.add(() -> {
                try (collective) {
                    return body.run(collective);
                }
            });
        }
        return together(bodies);
    }

    /** A ring whose ranks are all in this JVM. */
    static List<Collective> ring(int size, Duration timeout) {
        return ring(size, timeout, false);
    }

    /** A ring whose ranks are all in this JVM and don't trust what lies between them. */
    static List<Collective> encryptedRing(int size, Duration timeout) {
        return ring(size, timeout, true);
    }

    /** One or the other. */
    static List<Collective> ring(int size, Duration timeout, boolean encrypted) {
        try {
            List<RingListener> listeners = listeners(size);
            List<String> addresses =
                    listeners.stream().map(RingListener::address).toList();
            List<Callable<Collective>> bodies = new ArrayList<>();
            for (int rank = 0; rank < size; rank++) {
                int own = rank;
                bodies.add(() -> listeners.get(own).connect(own, addresses, SECRET, CONNECT, timeout, encrypted));
            }
            return together(bodies).stream()
                    .map(ended -> ended.value().orElseThrow(() -> new AssertionError(ended.message())))
                    .toList();
        } catch (Exception e) {
            throw new AssertionError("the ring could not be set up", e);
        }
    }

    static List<RingListener> listeners(int size) {
        return IntStream.range(0, size)
                .mapToObj(rank -> RingListener.open(InetAddress.getLoopbackAddress()))
                .toList();
    }
}
