package io.batchscope.benchmark;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was measured for one network at one batch size.
 *
 * @param nanos nanoseconds of a step, one value a round, of the contenders that took part
 * @param notes what a contender said of itself, or why it did not take part
 * @param gemmRates operations per nanosecond of the matrix product, one value a round, in a JVM
 */
record StepRow(
        TimedNetwork network,
        int batch,
        Map<Entrant, double[]> nanos,
        Map<Entrant, String> notes,
        List<Double> gemmRates) {
    /** Median milliseconds of a step. */
    Optional<Double> milliseconds(Entrant contender) {
        return Optional.ofNullable(nanos.get(contender))
                .map(values -> Spread.of(values).median() / 1e6);
    }

    /** How many steps {@code subject} does while {@code other} does one: the median of the rounds' ratios. */
    Optional<Spread> speedup(Entrant subject, Entrant other) {
        return Optional.ofNullable(nanos.get(other))
                .flatMap(slow -> Optional.ofNullable(nanos.get(subject)).map(fast -> Spread.ofRatios(slow, fast)));
    }

    /** GFLOP/s of its steps, by {@link TimedNetwork#operations}. */
    Optional<Double> rate(Entrant subject) {
        return Optional.ofNullable(nanos.get(subject))
                .map(values -> network.operations(batch) / Spread.of(values).median());
    }

    /** {@link #rate} over the matrix product's, from 0 to about 1. */
    Optional<Double> efficiency(Entrant subject) {
        return gemmRates.isEmpty()
                ? Optional.empty()
                : rate(subject).map(rate -> rate / Spread.of(array(gemmRates)).median());
    }

    static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
