package io.batchscope.benchmark;

import io.batchscope.benchmark.Peer.PeerException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Measures a row: warms every contender up, then asks them in turn, round after round. Only one computes at a time, and
 * who begins changes from round to round, so that what the machine does besides meets all alike.
 */
final class StepRounds {
    private static final int GEMM_PRODUCTS = 2;
    private static final int WARM_UPS = 3;

    private final Map<Entrant, Peer> peers;
    private final Settings settings;
    private final List<Double> pytorchGemmRates = new ArrayList<>();

    /**
     * How rows are measured.
     *
     * @param rounds of a row
     * @param seconds of one contender in one round, as far as whole steps allow
     * @param gemm whether the rate of a matrix product is measured beside the steps
     * @param aloneFrom from this batch size on a contender holds network and data only while it is its turn
     */
    record Settings(int rounds, double seconds, boolean gemm, int aloneFrom) {}

    /** @param peers the contenders that are there */
    StepRounds(Map<? extends Entrant, Peer> peers, Settings settings) {
        this.peers = new LinkedHashMap<>(peers);
        this.settings = settings;
    }

    /** Of all rows so far. */
    List<Double> pytorchGemmRates() {
        return List.copyOf(pytorchGemmRates);
    }

    /** @param absent why contenders that were asked for are not there */
    StepRow measure(TimedNetwork network, int batch, Map<? extends Entrant, String> absent) {
        Map<Entrant, String> notes = new LinkedHashMap<>(absent);
        Map<Entrant, Turn> turns = new LinkedHashMap<>();
        peers.forEach((contender, peer) -> {
            Turn turn = new Turn(peer, "prepare " + network.label() + " " + batch, batch >= settings.aloneFrom());
            try {
                notes.put(contender, turn.begin());
                turns.put(contender, turn);
            } catch (PeerException e) {
                notes.put(contender, leftOut(peer, e));
            }
        });
        Map<Entrant, double[]> nanos = new LinkedHashMap<>();
        turns.keySet().forEach(contender -> nanos.put(contender, new double[settings.rounds()]));
        List<Double> gemmRates = new ArrayList<>();
        for (int round = 0; round < settings.rounds(); round++) {
            for (Map.Entry<Entrant, Turn> entry : order(turns, round)) {
                Entrant contender = entry.getKey();
                try {
                    double[] values = nanos.get(contender);
                    if (values != null) {
                        values[round] = entry.getValue().nanos();
                    }
                } catch (PeerException e) {
                    notes.put(contender, leftOut(entry.getValue().peer, e));
                    nanos.remove(contender);
                }
            }
            if (settings.gemm()) {
                measureGemm(gemmRates);
            }
        }
        peers.values().forEach(StepRounds::release);
        return new StepRow(network, batch, nanos, notes, List.copyOf(gemmRates));
    }

    private static List<Map.Entry<Entrant, Turn>> order(Map<Entrant, Turn> turns, int round) {
        List<Map.Entry<Entrant, Turn>> turned = new ArrayList<>(turns.entrySet());
        Collections.rotate(turned, -round);
        return turned;
    }

    /** What it holds must not be in the way of the others. */
    private static String leftOut(Peer peer, PeerException e) {
        release(peer);
        return "left out: " + e.getMessage();
    }

    /** One contender in one row. */
    private final class Turn {
        private final Peer peer;
        private final String prepare;
        private final boolean alone;
        private int steps;

        Turn(Peer peer, String prepare, boolean alone) {
            this.peer = peer;
            this.prepare = prepare;
            this.alone = alone;
        }

        /** Prepares, warms up and sees how many steps fill a round; returns what the contender says of itself. */
        String begin() throws PeerException {
            String note = peer.ask(prepare);
            steps = warmUp(peer);
            if (alone) {
                peer.ask("release");
            }
            return note;
        }

        /** Nanoseconds of a step in a round. */
        double nanos() throws PeerException {
            if (alone) {
                peer.ask(prepare);
                peer.ask("run " + WARM_UPS);
            }
            double value = run(peer, steps);
            if (alone) {
                peer.ask("release");
            }
            return value;
        }
    }

    /** Nanoseconds of a step. */
    private static double run(Peer peer, int steps) throws PeerException {
        return (double) Long.parseLong(peer.ask("run " + steps)) / steps;
    }

    /** Runs until code is compiled and memory is in place; returns how many steps fill a round. */
    private int warmUp(Peer peer) throws PeerException {
        double limit = settings.seconds() * TimeUnit.SECONDS.toNanos(1);
        double spent = 0;
        double last = 0;
        int steps = 1;
        for (int i = 0; i < WARM_UPS || spent < limit * (WARM_UPS - 1); i++) {
            last = run(peer, steps);
            spent += last * steps;
            if (i >= 1 && spent > limit * WARM_UPS) {
                break;
            }
            steps = (int) Math.max(1, Math.min(steps * 8L, Math.round(limit / last)));
        }
        return (int) Math.max(1, Math.round(limit / last));
    }

    private void measureGemm(List<Double> rates) {
        peers.entrySet().stream()
                .filter(peer -> peer.getKey() != Contender.PYTORCH)
                .findFirst()
                .ifPresent(peer -> add(rates, peer.getValue()));
        Peer pytorch = peers.get(Contender.PYTORCH);
        if (pytorch != null) {
            add(pytorchGemmRates, pytorch);
        }
    }

    private static void add(List<Double> rates, Peer peer) {
        try {
            String[] answer = peer.ask("gemm " + GEMM_PRODUCTS).split(" ");
            rates.add((double) Long.parseLong(answer[1]) * GEMM_PRODUCTS / Long.parseLong(answer[0]));
        } catch (PeerException e) {
            System.err.println("sgemm: " + e.getMessage());
        }
    }

    private static void release(Peer peer) {
        try {
            peer.ask("release");
        } catch (PeerException e) {
            System.err.println(peer.name() + ": " + e.getMessage());
        }
    }
}
