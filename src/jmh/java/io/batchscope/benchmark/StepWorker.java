package io.batchscope.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One contender in a JVM of its own. Reads requests from standard input, one a line, and answers each with one line on
 * standard output that starts with {@code ok} or {@code error}:
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
public final class StepWorker implements AutoCloseable {
    private final Contender contender;
    private @Nullable TrainingStep step;
    private @Nullable GemmRate gemm;

    private StepWorker(Contender contender) {
        this.contender = contender;
    }

    /** Answers until its standard input ends; takes the contender's name. */
    public static void main(String[] arguments) throws IOException {
        PrintStream answers = System.out;
        // Libraries that greet must not do it between the answers.
        System.setOut(System.err);
        Contender contender = Contender.of(arguments[0]);
        Optional<String> absence = contender.absence();
        if (absence.isPresent()) {
            answers.println("error " + absence.get());
            return;
        }
        answers.println("ok Java " + System.getProperty("java.version"));
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (StepWorker worker = new StepWorker(contender)) {
            for (String line = requests.readLine(); line != null; line = requests.readLine()) {
                answers.println(worker.answer(line.split(" ")));
            }
        }
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
                step = contender.step(Workload.of(request[1]), Integer.parseInt(request[2]));
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
