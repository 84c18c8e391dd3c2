package io.batchscope.spark.dl4j;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.deeplearning4j.optimize.solvers.accumulation.EncodedGradientsAccumulator;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.parallelism.trainer.DefaultTrainer;
import org.deeplearning4j.spark.parameterserver.pw.SharedTrainingWrapper;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.util.AtomicThrowable;
import org.nd4j.parameterserver.distributed.v2.ModelParameterServer;
import org.nd4j.parameterserver.distributed.v2.transport.Transport;
import org.nd4j.parameterserver.distributed.v2.transport.impl.AeronUdpTransport;
import org.nd4j.parameterserver.distributed.v2.transport.impl.BaseTransport;

/**
 * What SharedTrainingMaster keeps in a JVM, driver or executor: one wrapper and one parameter server, for ever. Here they
 * are made ready, watched, broken off and put away, so that one run leaves nothing to the next.
 */
final class SharingJvm {
    private static final String UNBLOCK_TIMEOUT = "aeron.publication.unblock.timeout";
    private static final long GLANCE_MILLIS = 5;

    private SharingJvm() {}

    /** A wrapper in its first state; the class makes only one itself. */
    private static final class FreshWrapper extends SharedTrainingWrapper {}

    /**
     * Before the first class of Aeron is loaded: Deeplearning4j sets Aeron's time-out for clients to 30 s and leaves this
     * one at 15 s, but Aeron starts only where it is the longer one.
     */
    static void prepare() {
        if (System.getProperty(UNBLOCK_TIMEOUT) == null) {
            System.setProperty(UNBLOCK_TIMEOUT, "60s");
        }
    }

    /**
     * Waits until so many of Deeplearning4j's trainers wait for their first data set. It hands data sets out as soon as the
     * trainers' threads exist; when the first one is at work before the others have copied its network, which it then has
     * locked, they wait for each other for ever.
     *
     * @throws IllegalStateException if they do not come in time
     */
    static void awaitTrainers(int trainers, double seconds) {
        long deadline = System.nanoTime() + (long) (seconds * 1e9);
        while (waitingTrainers() < trainers) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(waitingTrainers() + " of Deeplearning4j's " + trainers
                        + " trainers were ready after " + seconds + " s");
            }
            try {
                Thread.sleep(GLANCE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for Deeplearning4j's trainers", e);
            }
        }
    }

    private static long waitingTrainers() {
        return Thread.getAllStackTraces().values().stream()
                .filter(frames -> has(frames, DefaultTrainer.class.getName(), "run")
                        && has(frames, "java.util.concurrent.LinkedBlockingQueue", "poll"))
                .count();
    }

    private static boolean has(StackTraceElement[] frames, String type, String method) {
        return Arrays.stream(frames)
                .anyMatch(frame -> frame.getClassName().equals(type)
                        && frame.getMethodName().equals(method));
    }

    /** Makes trainers that wait for one another end with this cause; they do not hear interrupts. */
    static void breakOff(String cause) {
        if (field(SharedTrainingWrapper.class, "INSTANCE", null) instanceof SharedTrainingWrapper wrapper
                && field(SharedTrainingWrapper.class, "accumulator", wrapper)
                        instanceof EncodedGradientsAccumulator accumulator
                && field(EncodedGradientsAccumulator.class, "throwable", accumulator)
                        instanceof AtomicThrowable throwable) {
            throwable.setIfFirst(new IllegalStateException(cause));
        }
    }

    /** Puts away what is there; without effect where nothing is. */
    static synchronized void close() {
        ModelParameterServer server = ModelParameterServer.getInstance();
        if (server.isInitialized()) {
            Transport transport = server.getTransport();
            server.shutdown();
            if (transport instanceof AeronUdpTransport aeron) {
                endThreads(aeron);
            }
        }
        if (field(SharedTrainingWrapper.class, "INSTANCE", null) instanceof SharedTrainingWrapper wrapper
                && field(SharedTrainingWrapper.class, "wrapper", wrapper) instanceof ParallelWrapper trainers) {
            // Where training broke off its threads are still there; it waits for them without end.
            Thread ending = new Thread(trainers::shutdown, "end of Deeplearning4j's trainers");
            ending.setDaemon(true);
            ending.start();
        }
        set(SharedTrainingWrapper.class, "INSTANCE", null, new FreshWrapper());
        // The server goes on counting where the last run ended, and trainers take the number of their first update from
        // it.
        for (String counter : List.of("iterationNumber", "epochNumber")) {
            if (field(ModelParameterServer.class, counter, server) instanceof AtomicInteger number) {
                number.set(0);
            }
        }
    }

    /** It closes its connections, but leaves the threads, one of which then polls for ever. */
    private static void endThreads(AeronUdpTransport transport) {
        Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("MessagesExecutorService thread"))
                .forEach(thread -> thread.setUncaughtExceptionHandler((ended, cause) -> {}));
        set(AeronUdpTransport.class, "ownSubscription", transport, null);
        for (Map.Entry<Class<?>, String> pool : Map.<Class<?>, String>of(
                        AeronUdpTransport.class, "messagesExecutorService", BaseTransport.class, "executorService")
                .entrySet()) {
            if (field(pool.getKey(), pool.getValue(), transport) instanceof ExecutorService threads) {
                threads.shutdownNow();
            }
        }
    }

    private static @Nullable Object field(Class<?> type, String name, @Nullable Object of) {
        try {
            return accessible(type, name).get(of);
        } catch (IllegalAccessException e) {
            throw changed(type, name, e);
        }
    }

    private static void set(Class<?> type, String name, @Nullable Object of, @Nullable Object value) {
        try {
            accessible(type, name).set(of, value);
        } catch (IllegalAccessException e) {
            throw changed(type, name, e);
        }
    }

    private static Field accessible(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw changed(type, name, e);
        }
    }

    private static IllegalStateException changed(Class<?> type, String name, Exception cause) {
        return new IllegalStateException("Deeplearning4j's " + type.getSimpleName() + " has changed: " + name, cause);
    }
}
