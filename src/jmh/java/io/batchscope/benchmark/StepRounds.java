package io.batchscope.benchmark;

import io.batchscope.benchmark.Peer.PeerException;
import java.util.ArrayList;
import java.util.EnumMap;
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

    private final Map<Contender, Peer> peers;
    private final int rounds;
    private final double seconds;
    private final List<Double> pytorchGemmRates = new ArrayList<>();

    /**
     * @param peers the contenders that are there
     * @param seconds of one contender in one round, as far as whole steps allow
     */
    StepRounds(Map<Contender, Peer> peers, int rounds, double seconds) {
        this.peers = peers;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Of all rows so far. */
    List<Double> pytorchGemmRates() {
        return List.copyOf(pytorchGemmRates);
    }

    /** @param absent why contenders that were asked for are not there */
    StepRow measure(Workload workload, int batch, Map<Contender, String> absent) {
        Map<Contender, String> notes = new EnumMap<>(Contender.class);
        notes.putAll(absent);
        Map<Contender, Integer> steps = new EnumMap<>(Contender.class);
        peers.forEach((contender, peer) -> {
            try {
                notes.put(contender, peer.ask("prepare " + workload.label() + " " + batch));
                steps.put(contender, warmUp(peer));
            } catch (PeerException e) {
                notes.put(contender, "left out: " + e.getMessage());
            }
        });
        Map<Contender, double[]> nanos = new EnumMap<>(Contender.class);
        steps.keySet().forEach(contender -> nanos.put(contender, new double[rounds]));
        List<Double> gemmRates = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            for (Contender contender : order(List.copyOf(nanos.keySet()), round)) {
                try {
                    double[] values = nanos.get(contender);
                    if (values != null) {
                        values[round] = run(contender, steps.getOrDefault(contender, 1));
                    }
                } catch (PeerException e) {
                    notes.put(contender, "left out: " + e.getMessage());
                    nanos.remove(contender);
                }
            }
            measureGemm(gemmRates);
        }
        release();
        return new StepRow(workload, batch, nanos, notes, List.copyOf(gemmRates));
    }

    private static List<Contender> order(List<Contender> contenders, int round) {
        List<Contender> turned = new ArrayList<>(contenders);
        java.util.Collections.rotate(turned, -round);
        return turned;
    }

    /** Nanoseconds of a step. */
    private double run(Contender contender, int steps) throws PeerException {
        return (double) Long.parseLong(peer(contender).ask("run " + steps)) / steps;
    }

    private Peer peer(Contender contender) {
        Peer peer = peers.get(contender);
        if (peer == null) {
            throw new IllegalStateException(contender + " is not there");
        }
        return peer;
    }

    /** Runs until code is compiled and memory is in place; returns how many steps fill a round. */
    private int warmUp(Peer peer) throws PeerException {
        double limit = seconds * TimeUnit.SECONDS.toNanos(1);
        double spent = 0;
        double last = 0;
        int steps = 1;
        for (int i = 0; i < WARM_UPS || spent < limit * (WARM_UPS - 1); i++) {
            last = (double) Long.parseLong(peer.ask("run " + steps)) / steps;
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

    private void release() {
        peers.forEach((contender, peer) -> {
            try {
                peer.ask("release");
            } catch (PeerException e) {
                System.err.println(contender.title() + ": " + e.getMessage());
            }
        });
    }
}
