package io.batchscope.probe;

import io.batchscope.data.Examples;
import io.batchscope.data.Split;
import io.batchscope.plan.ProbeKind;
import io.batchscope.train.Probe;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a classifier's confidence, its largest class probability, is from its accuracy. Examples fall into bins B₁ … B_M of
 * equal width by their confidence, bin m over ((m − 1)/M, m/M]. With acc and conf the share classified right and the mean
 * confidence in a bin, and n examples in all, Guo et al. 2017 define
 *
 * <pre>{@code
 * expected calibration error = Σ_m |B_m|/n · |acc(B_m) − conf(B_m)|, in [0, 1]
 * maximum calibration error  = max_m |acc(B_m) − conf(B_m)|, over bins with examples
 * }</pre>
 *
 * Also mean confidence, overconfidence = mean confidence − accuracy, and the mean of −ln(probability of the true class), in
 * nats. On the validation and the test split, as far as there are.
 *
 * @param classes that the network puts out probabilities of
 */
record Calibration(int classes) implements Probe {
    /** M, as in the tables of Guo et al. 2017. */
    static final int BINS = 15;

    private static final int NUMBERS = 3;
    private static final int LOSS = NUMBERS * BINS;

    @Override
    public ProbeKind kind() {
        return ProbeKind.CALIBRATION;
    }

    @Override
    public List<Measurement> measure(Trained trained) {
        List<Measurement> measured = new ArrayList<>();
        for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
            measured.addAll(measure(trained, split));
        }
        return measured;
    }

    private List<Measurement> measure(Trained trained, Split split) {
        // Of every bin examples, hits and the sum of confidences; then the sum of losses.
        double[] sums = new double[LOSS + 1];
        Examples examples = trained.data().examples(split);
        ClassProbabilities.visit(trained, examples, classes, (index, largest, from, start) -> {
            double confidence = from[start + largest];
            int bin = NUMBERS * binOf(confidence);
            sums[bin]++;
            sums[bin + 1] += largest == examples.classOf(index) ? 1 : 0;
            sums[bin + 2] += confidence;
            sums[LOSS] -= Math.log(Math.max(from[start + examples.classOf(index)], Float.MIN_NORMAL));
        });
        trained.collective().allReduceSum(sums, 0, sums.length);
        return of(split, sums);
    }

    static int binOf(double confidence) {
        return Math.min(BINS - 1, Math.max(0, (int) Math.ceil(confidence * BINS) - 1));
    }

    private static List<Measurement> of(Split split, double[] sums) {
        double examples = 0;
        double hits = 0;
        double confidence = 0;
        double distances = 0;
        double largest = 0;
        for (int bin = 0; bin < LOSS; bin += NUMBERS) {
            examples += sums[bin];
            hits += sums[bin + 1];
            confidence += sums[bin + 2];
            double distance = Math.abs(sums[bin + 1] - sums[bin + 2]);
            distances += distance;
            largest = sums[bin] == 0 ? largest : Math.max(largest, distance / sums[bin]);
        }
        if (examples == 0) {
            return List.of();
        }
        String settings = "{\"bins\":" + BINS + ",\"examples\":" + (long) examples + "}";
        String name = split.label() + "_";
        return List.of(
                new Measurement(name + "expected_calibration_error", distances / examples, null, settings),
                new Measurement(name + "maximum_calibration_error", largest, null, settings),
                new Measurement(name + "mean_confidence", confidence / examples, null, settings),
                new Measurement(name + "overconfidence", (confidence - hits) / examples, null, settings),
                new Measurement(name + "negative_log_likelihood", sums[LOSS] / examples, null, settings));
    }
}
