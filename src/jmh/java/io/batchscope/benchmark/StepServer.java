package io.batchscope.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Does the steps of one contender in this JVM on request. Reads requests from standard input, one a line, and answers each
 * with one line on standard output that starts with {@code ok} or {@code error}:
 *
 * <pre>
 * prepare MODEL BATCH   builds the network and its data      ok NOTE
 * run STEPS             does so many steps                   ok NANOSECONDS
 * gemm PRODUCTS         multiplies matrices (GemmRate)       ok NANOSECONDS OPERATIONS
 * release               lets go of network and data          ok
 * </pre>
 *
 * {@code pytorch_steps.py} speaks the same language. The first line of both says who it is.
 */
final class StepServer implements AutoCloseable {
    private final Preparation preparation;
    private @Nullable TrainingStep step;
    private @Nullable GemmRate gemm;

    /** Builds networks and data. */
    @FunctionalInterface
    interface Preparation {
        /** The step of a network, named as on the command line, on batches of this size. */
        TrainingStep step(String model, int batch);
    }

    private StepServer(Preparation preparation) {
        this.preparation = preparation;
    }

    /**
     * Greets, then answers until standard input ends.
     *
     * @param answers where: standard output, which libraries must not write to meanwhile
     */
    static void serve(PrintStream answers, Preparation preparation) throws IOException {
        answers.println("ok Java " + System.getProperty("java.version"));
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (StepServer server = new StepServer(preparation)) {
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                answers.println(server.answer(line.split(" ")));
            }
        }
    }

    /** Standard output, for answers alone: whoever else writes there from now on, writes to standard error. */
    static PrintStream takeOutput() {
        PrintStream answers = System.out;
        System.setOut(System.err);
        return answers;
    }

    private String answer(String[] request) {
        try {
            return "ok " + carryOut(request);
        } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
            e.printStackTrace();
            return "error " + e.toString().lines().findFirst().orElse("");
        }
    }

    private String carryOut(String[] request) {
        return switch (request[0]) {
            case "prepare" -> {
                release();
                step = preparation.step(request[1], Integer.parseInt(request[2]));
                yield "";
            }
            case "run" -> Long.toString(run(Integer.parseInt(request[1])));
            case "gemm" -> gemm().time(Integer.parseInt(request[1])) + " " + (long) GemmRate.operations();
            case "release" -> {
                release();
                yield "";
            }
            default -> throw new IllegalArgumentException("unknown request " + request[0]);
        };
    }

    private long run(int steps) {
        TrainingStep prepared = step;
        if (prepared == null) {
            throw new IllegalStateException("run before prepare");
        }
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            prepared.run();
        }
        return System.nanoTime() - start;
    }

    private GemmRate gemm() {
        GemmRate rate = gemm == null ? new GemmRate() : gemm;
        gemm = rate;
        return rate;
    }

    private void release() {
        if (step != null) {
            step.close();
            step = null;
            System.gc();
        }
    }

    @Override
    public void close() {
        release();
        if (gemm != null) {
            gemm.close();
        }
    }
}
