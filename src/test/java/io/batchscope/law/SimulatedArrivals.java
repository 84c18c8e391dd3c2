package io.batchscope.law;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Runs of a study at batch sizes from 16 to 16,384, scattered around a law. */
final class SimulatedArrivals {
    static final TradeOff TRUTH = new TradeOff(500, 1e6);
    static final long[] SIZES = {16, 64, 256, 1024, 4096, 16384};

    private SimulatedArrivals() {}

    /** Runs around the true law. */
    static List<Arrival> runs(int repeats, double between, double within, SplittableRandom random) {
        return runs(TRUTH, repeats, between, within, random);
    }

    /**
     * Runs around a law.
     *
     * @param between standard deviation of the logarithm from one batch size to the next
     * @param within the same from one repeat to the next
     */
    static List<Arrival> runs(TradeOff truth, int repeats, double between, double within, SplittableRandom random) {
        List<Arrival> runs = new ArrayList<>();
        for (long size : SIZES) {
            double own = between * normal(random);
            for (int i = 0; i < repeats; i++) {
                runs.add(new Arrival(size, truth.steps(size) * Math.exp(own + within * normal(random)), true));
            }
        }
        return runs;
    }

    /** Standard normal. */
    static double normal(SplittableRandom random) {
        return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
    }
}
