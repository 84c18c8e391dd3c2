package io.batchscope.verify;

import static io.batchscope.verify.NoiseScaleChecks.column;
import static io.batchscope.verify.NoiseScaleChecks.known;

import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;

/**
 * Batches from N examples without putting any back: a batch's gradient has only (N − B)/(N − 1) of the variance that it would have
 * otherwise. Estimates of the noise must be those of the N examples, at B = N too, where the batch itself has no noise left.
 */
record FiniteDataChecks(Laboratory laboratory) {
    private static final int EXAMPLES = 20;
    private static final int FEATURES = 5;
    private static final int MEASUREMENTS = 8000;
    private static final long SEED = 2;

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        ReplicaFactory replicas =
                laboratory.linear(FEATURES).values().iterator().next();
        Regression regression = Regression.of(FEATURES, 1, replicas, SEED);
        Gaussians examples = regression.examples(EXAMPLES, SEED);
        double[] truth = truth(regression, examples);
        for (int batch : List.of(12, EXAMPLES)) {
            TrainedRun run = regression
                    .study(laboratory, examples)
                    .train(
                            "batch-sizes=[" + batch + "]",
                            "seeds=[" + SEED + "]",
                            "budget.steps=" + MEASUREMENTS,
                            "learning-rate.base=1e-12",
                            "evaluation.max-step-rows=" + MEASUREMENTS,
                            "measure.noise-every=1 steps");
            double[] noise = column(run, row -> known(row.measures().gradientNoise()));
            double[] signal = column(run, row -> known(row.measures().gradientSignal()));
            String name = ", batch " + batch + " of " + EXAMPLES;
            checks.add(Check.sampled("tr Σ" + name, truth[0], Sample.of(noise), SEED));
            Sample signals = Sample.of(signal);
            checks.add(
                    batch == EXAMPLES
                            ? Check.exact("|G|²" + name, truth[1], signals.mean(), 1e-5 * truth[1])
                            : Check.sampled("|G|²" + name, truth[1], signals, SEED));
        }
        return checks;
    }

    /** tr Σ with N − 1 in the denominator and |G|², example by example. */
    private static double[] truth(Regression regression, Gaussians examples) {
        double[][] gradients = new double[EXAMPLES][FEATURES + 1];
        double[] mean = new double[FEATURES + 1];
        float[] x = new float[FEATURES];
        for (int i = 0; i < EXAMPLES; i++) {
            examples.copyFeatures(i, x, 0);
            double residual = -examples.targetOf(i);
            for (int j = 0; j < FEATURES; j++) {
                residual += (double) regression.start().values()[j] * x[j];
            }
            for (int j = 0; j <= FEATURES; j++) {
                gradients[i][j] = 2 * residual * (j < FEATURES ? x[j] : 1);
                mean[j] += gradients[i][j] / EXAMPLES;
            }
        }
        double trace = 0;
        double signal = 0;
        for (int j = 0; j <= FEATURES; j++) {
            signal += mean[j] * mean[j];
            for (double[] gradient : gradients) {
                trace += (gradient[j] - mean[j]) * (gradient[j] - mean[j]) / (EXAMPLES - 1);
            }
        }
        return new double[] {trace, signal};
    }
}
