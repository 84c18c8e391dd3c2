package io.batchscope.law;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The law of a goal's updates and examples ({@link TradeOff}) fitted to runs, in logarithms ({@link CurveFit}; McCandlish et
 * al. 2018, appendix A.3, fit in logarithms too). Batch sizes that deviate from the law by more than their runs' spread count
 * alike, however many runs they have; otherwise every run does.
 */
public final class TradeOffFit {
    /** Batch sizes with a run that arrived: two make the law, the third tests it. */
    public static final int FEWEST_BATCH_SIZES = 3;

    private static final int WEIGHINGS = 3;

    final Sample sample;
    final double[] relative;
    final CurveFit curve;
    final Deviations deviations;

    private TradeOffFit(Sample sample, double[] relative, CurveFit curve, Deviations deviations) {
        this.sample = sample;
        this.relative = relative;
        this.curve = curve;
        this.deviations = deviations;
    }

    /** Why a law cannot be fitted to these runs; null if it can. */
    public static @Nullable String problem(List<Arrival> arrivals) {
        long sizes = arrivals.stream()
                .filter(Arrival::reached)
                .mapToLong(Arrival::batchSize)
                .distinct()
                .count();
        return sizes >= FEWEST_BATCH_SIZES
                ? null
                : "the law needs at least " + FEWEST_BATCH_SIZES
                        + " batch sizes with a run that reached the goal, but has " + sizes;
    }

    /**
     * Fits the law.
     *
     * @throws IllegalArgumentException if there is a {@link #problem}
     */
    public static TradeOffFit of(List<Arrival> arrivals) {
        String problem = problem(arrivals);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        Sample sample = Sample.of(arrivals);
        double[] relative = new double[sample.size()];
        Arrays.fill(relative, 1);
        CurveFit curve = new CurveFit(sample, relative).fit();
        Deviations deviations = Deviations.of(sample, curve);
        for (int weighing = 0; weighing < WEIGHINGS && deviations.between > 0; weighing++) {
            relative = deviations.relativeWeights();
            curve = new CurveFit(sample, relative).fit();
            Deviations again = Deviations.of(sample, curve);
            // Weighed so, batch sizes may lie closer to the law than their runs explain; the weights stay what they
            // are.
            if (again.between == 0) {
                break;
            }
            deviations = again;
        }
        return new TradeOffFit(sample, relative, curve, deviations);
    }

    /** The law; without the fewest updates where the data show no bend, without the fewest examples where they show no fall. */
    public TradeOff law() {
        return law(curve);
    }

    static TradeOff law(CurveFit curve) {
        return new TradeOff(
                curve.isStraight() ? 0 : Math.exp(curve.logMinimumSteps),
                curve.isFlat() ? 0 : Math.exp(curve.logMinimumExamples));
    }

    /** Runs, those that never arrived included. */
    public int runs() {
        return sample.size();
    }

    /** Batch sizes, those where none arrived included. */
    public int batchSizes() {
        return sample.groups;
    }

    /**
     * Scale of log S (of a t distribution with four degrees of freedom; of normal noise nine tenths of the standard deviation)
     * from run to run of a batch size; about the relative deviation of the updates. Without repeats that of all runs from the
     * law.
     */
    public double runDeviation() {
        return Math.sqrt(deviations.within);
    }

    /** Whether some batch size has several runs that arrived. */
    public boolean hasRepeats() {
        return deviations.runs > deviations.batches;
    }

    /** Standard deviation of log S from the law by batch size, beyond what runs explain; 0 where nothing is beyond. */
    public double lawDeviation() {
        return Math.sqrt(deviations.between);
    }

    /** Whether an F-test at 1 % shows that batch sizes deviate from the law by more than their runs explain. */
    public boolean deviatesFromLaw() {
        return deviations.apart;
    }
}
