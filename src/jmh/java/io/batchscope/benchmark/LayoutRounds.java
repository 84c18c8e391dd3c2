package io.batchscope.benchmark;

import io.batchscope.benchmark.Peer.PeerException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Measures one network at one size of the workers' shares in all layouts: warms each up, then trains in each in turn,
 * round after round. Who begins changes from round to round.
 */
final class LayoutRounds {
    private static final int WARM_UPS = 3;

    private final Peer everywhere;
    private final List<Peer> pinned;
    private final double gigabits;

    /**
     * @param everywhere a {@link RankWorker} that has all cores
     * @param pinned two that have one core each
     * @param gigabits a second of the slow link
     */
    LayoutRounds(Peer everywhere, List<Peer> pinned, double gigabits) {
        this.everywhere = everywhere;
        this.pinned = List.copyOf(pinned);
        this.gigabits = gigabits;
    }

    /**
     * Examples per second, one value a round.
     *
     * @param seconds of one layout in one round, about
     */
    Map<Layout, double[]> measure(Workload workload, int perWorker, List<Layout> layouts, int rounds, double seconds)
            throws PeerException, IOException {
        String what = "prepare " + workload.label() + " " + perWorker + " ";
        everywhere.ask(what + 2);
        for (Peer peer : pinned) {
            peer.ask(what + 1);
        }
        long steps = 2;
        for (int i = 0; i < WARM_UPS; i++) {
            double last = 0;
            for (Layout layout : layouts) {
                last = Math.max(last, train(layout, steps));
            }
            steps = (long) Math.max(2, Math.min(steps * 64.0, steps * seconds / last));
        }
        Map<Layout, double[]> rates = new EnumMap<>(Layout.class);
        layouts.forEach(layout -> rates.put(layout, new double[rounds]));
        for (int round = 0; round < rounds; round++) {
            List<Layout> turned = new ArrayList<>(layouts);
            Collections.rotate(turned, -round);
            for (Layout layout : turned) {
                double examples = (double) steps * perWorker * layout.workers();
                Objects.requireNonNull(rates.get(layout))[round] = examples / train(layout, steps);
            }
        }
        return rates;
    }

    /** Seconds of so many updates. */
    private double train(Layout layout, long steps) throws PeerException, IOException {
        return switch (layout) {
            case ONE_ON_ONE_CORE -> Double.parseDouble(pinned.get(0).ask("run 1 " + steps));
            case ONE_ON_ALL_CORES -> Double.parseDouble(everywhere.ask("run 1 " + steps));
            case TWO_IN_ONE_JVM -> Double.parseDouble(everywhere.ask("run 2 " + steps));
            case TWO_JVMS -> join(addresses(), true, steps);
            case LINK_AFTERWARDS -> overTheLink(false, steps);
            case LINK_OVERLAPPED -> overTheLink(true, steps);
        };
    }

    private List<String> addresses() throws PeerException {
        List<String> addresses = new ArrayList<>();
        for (Peer peer : pinned) {
            addresses.add(peer.ask("listen"));
        }
        return addresses;
    }

    private double overTheLink(boolean overlap, long steps) throws PeerException, IOException {
        List<String> addresses = addresses();
        try (RateLimitedRelay first = new RateLimitedRelay(addresses.get(0), gigabits);
                RateLimitedRelay second = new RateLimitedRelay(addresses.get(1), gigabits)) {
            return join(List.of(first.address(), second.address()), overlap, steps);
        }
    }

    private double join(List<String> addresses, boolean overlap, long steps) throws PeerException {
        String how = " " + steps + " " + overlap + " " + String.join(" ", addresses);
        CompletableFuture<Double> other = CompletableFuture.supplyAsync(() -> {
            try {
                return Double.parseDouble(pinned.get(1).ask("join 1" + how));
            } catch (PeerException e) {
                throw new CompletionException(e);
            }
        });
        double own = Double.parseDouble(pinned.get(0).ask("join 0" + how));
        try {
            return Math.max(own, other.join());
        } catch (CompletionException e) {
            throw new PeerException(String.valueOf(e.getCause()));
        }
    }
}
