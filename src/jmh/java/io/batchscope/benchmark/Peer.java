package io.batchscope.benchmark;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A contender's process, seen from the one that asks; see {@link StepServer} for the language. */
final class Peer implements AutoCloseable {
    private static final String END = "\0";

    private final String name;
    private final Duration limit;
    private final Process process;
    private final BufferedWriter requests;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private String greeting = "";

    /** A contender that is not there, or that could not do what it was asked; the row goes on without it. */
    static final class PeerException extends Exception {
        private static final long serialVersionUID = 1L;

        PeerException(String message) {
            super(message);
        }
    }

    private Peer(String name, Duration limit, Process process) {
        this.name = name;
        this.limit = limit;
        this.process = process;
        this.requests = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        Thread reader = new Thread(this::read, "answers of " + name);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts a process and waits for its greeting.
     *
     * @param limit of every wait for an answer
     * @throws PeerException if it cannot start, or says why it will not take part
     */
    static Peer start(String name, List<String> command, Map<String, String> environment, Duration limit)
            throws PeerException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        try {
            Peer peer = new Peer(name, limit, builder.start());
            try {
                peer.greeting = peer.answer("its greeting");
                return peer;
            } catch (PeerException e) {
                peer.close();
                throw e;
            }
        } catch (IOException e) {
            throw new PeerException("not installed: " + command.get(0) + " cannot be started");
        }
    }

    /** For people. */
    String name() {
        return name;
    }

    /** What it said of itself at its start. */
    String greeting() {
        return greeting;
    }

    /**
     * Asks and waits for the answer.
     *
     * @return the words after {@code ok}
     */
    String ask(String request) throws PeerException {
        try {
            requests.write(request);
            requests.newLine();
            requests.flush();
        } catch (IOException e) {
            throw new PeerException("ended before '" + request + "'");
        }
        return answer("'" + request + "'");
    }

    private String answer(String what) throws PeerException {
        String line;
        try {
            line = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PeerException("the wait for " + name + " was interrupted");
        }
        if (line == null) {
            close();
            throw new PeerException("waited " + limit.toSeconds() + " s for " + name + " to answer " + what);
        }
        if (line.equals(END)) {
            throw new PeerException("ended at " + what);
        }
        if (!line.equals("ok") && !line.startsWith("ok ")) {
            throw new PeerException(line.startsWith("error ") ? line.substring("error ".length()) : line);
        }
        return line.substring("ok".length()).strip();
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(line);
            }
        } catch (IOException e) {
            // The process has ended, or is being ended.
        } finally {
            answers.add(END);
        }
    }

    /** Ends the process. */
    @Override
    public void close() {
        try {
            requests.close();
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
