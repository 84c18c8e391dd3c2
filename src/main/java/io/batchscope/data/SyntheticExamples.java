package io.batchscope.data;

import io.batchscope.plan.Task;
import java.io.Serializable;

/**
 * A made-up problem whose every example follows from the seed and its number.
 *
 * <p>Classification: example i belongs to class i mod classes and lies at that class's centre, drawn from the standard
 * normal distribution, plus noise · N(0, 1) per feature. Regression: features are N(0, 1) and the target is
 * w · x / √features + noise · N(0, 1) with w drawn from N(0, 1).
 *
 * @param features numbers per example, at least 1
 * @param classes at least 2 for classification; unused for regression
 * @param noise standard deviation of the noise, at least 0
 */
public record SyntheticExamples(Task task, int features, int classes, double noise, long seed) implements Serializable {
    /** Streams of the seed: examples take 0, 1, …, class centres and weights the negative numbers. */
    private static final long WEIGHTS = -1;

    public SyntheticExamples {
        if (features < 1 || (task == Task.CLASSIFICATION && classes < 2) || !(noise >= 0)) {
            throw new IllegalArgumentException(
                    "a synthetic problem needs features >= 1, classes >= 2, noise >= 0, but has features " + features
                            + ", classes " + classes + ", noise " + noise);
        }
    }

    /** What does not change from example to example; keep it to make many. */
    public Generator generator() {
        return new Generator(this);
    }

    /** Makes examples. */
    public static final class Generator {
        private final SyntheticExamples problem;
        private final double[][] centres;

        private Generator(SyntheticExamples problem) {
            this.problem = problem;
            centres = new double[problem.task == Task.CLASSIFICATION ? problem.classes : 1][problem.features];
            for (int c = 0; c < centres.length; c++) {
                Gaussian gaussian = new Gaussian(problem.stream(WEIGHTS - c));
                for (int j = 0; j < problem.features; j++) {
                    centres[c][j] = gaussian.next();
                }
            }
        }

        /**
         * Makes one example.
         *
         * @param into receives its features, {@code [features]}
         * @return its class or target
         */
        public double example(long number, float[] into) {
            Gaussian gaussian = new Gaussian(problem.stream(number));
            if (problem.task == Task.CLASSIFICATION) {
                int label = (int) (number % problem.classes);
                for (int j = 0; j < problem.features; j++) {
                    into[j] = (float) (centres[label][j] + problem.noise * gaussian.next());
                }
                return label;
            }
            double target = 0;
            for (int j = 0; j < problem.features; j++) {
                into[j] = (float) gaussian.next();
                target += centres[0][j] * into[j];
            }
            return target / Math.sqrt(problem.features) + problem.noise * gaussian.next();
        }
    }

    private SplitMix stream(long number) {
        return new SplitMix(SplitMix.mix(SplitMix.mix(seed) + number));
    }
}
