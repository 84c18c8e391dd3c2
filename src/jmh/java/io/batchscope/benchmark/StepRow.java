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
        Workload workload,
        int batch,
        Map<Contender, double[]> nanos,
        Map<Contender, String> notes,
        List<Double> gemmRates) {
    /** Median milliseconds of a step. */
    Optional<Double> milliseconds(Contender contender) {
        return Optional.ofNullable(nanos.get(contender))
                .map(values -> Spread.of(values).median() / 1e6);
    }

    /** How many steps {@code subject} does while {@code other} does one: the median of the rounds' ratios. */
    Optional<Spread> speedup(Contender subject, Contender other) {
        return Optional.ofNullable(nanos.get(other))
                .flatMap(slow -> Optional.ofNullable(nanos.get(subject)).map(fast -> Spread.ofRatios(slow, fast)));
    }

    /** GFLOP/s of its steps, by {@link Workload#operations}. */
    Optional<Double> rate(Contender subject) {
        return Optional.ofNullable(nanos.get(subject))
                .map(values -> workload.operations(batch) / Spread.of(values).median());
    }

    /** {@link #rate} over the matrix product's, from 0 to about 1. */
    Optional<Double> efficiency(Contender subject) {
        return gemmRates.isEmpty()
                ? Optional.empty()
                : rate(subject).map(rate -> rate / Spread.of(array(gemmRates)).median());
    }

    static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
