package io.batchscope.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starting and ending processes without leaving any behind. */
public final class Processes {
    private Processes() {}

    /** What a finished process left. */
    public record Finished(int exitCode, String output, String errors) {}

    /**
     * Runs a command to its end with nothing on its standard input.
     *
     * @param directory where
     * @param environment replaces or adds variables; an empty value removes one
     * @throws IllegalStateException if it has not ended in time; it and its descendants have been ended then
     */
    public static Finished run(List<String> command, Path directory, Map<String, String> environment, Duration limit)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("batchscope", ".out");
        Path errors = Files.createTempFile("batchscope", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            environment.forEach((name, value) -> {
                if (value.isEmpty()) {
                    builder.environment().remove(name);
                } else {
                    builder.environment().put(name, value);
                }
            });
            Process process = builder.start();
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                end(family(List.of(process.toHandle())));
                throw new IllegalStateException(command + " did not end within " + limit + "; it wrote\n"
                        + Files.readString(output) + "\n" + Files.readString(errors));
            }
            return new Finished(process.exitValue(), Files.readString(output), Files.readString(errors));
        } finally {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        }
    }

    /** The processes and all that descend from them now. */
    static List<ProcessHandle> family(Collection<ProcessHandle> processes) {
        List<ProcessHandle> family = new ArrayList<>(processes);
        processes.forEach(process -> process.descendants().forEach(family::add));
        return family;
    }

    /**
     * Asks processes to end, insists after ten seconds, and returns when none is alive.
     *
     * @throws IllegalStateException if one is still alive after another ten seconds
     */
    static void end(Collection<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroy);
        if (!awaitEnd(processes, Duration.ofSeconds(10))) {
            processes.forEach(ProcessHandle::destroyForcibly);
            if (!awaitEnd(processes, Duration.ofSeconds(10))) {
                throw new IllegalStateException("still alive: "
                        + processes.stream()
                                .filter(ProcessHandle::isAlive)
                                .map(process -> process.pid() + " " + process.info())
                                .toList());
            }
        }
    }

    private static boolean awaitEnd(Collection<ProcessHandle> processes, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (processes.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            pause();
        }
        return true;
    }

    /** A short wait between two looks. */
    static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for a process", e);
        }
    }
}
