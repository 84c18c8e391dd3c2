package io.batchscope.verify;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.ReplicaFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * One step of linear regression without noise. With a = 2η (the loss is r², its Hessian 2I) the squared distance from the best
 * parameters becomes, on average, 1 − 2a + a²(1 + n/B) of what it was, n = d + 2 the noise scale. So the best rate is a = 1/(1 + n/B),
 * which grows linearly with B and then saturates; the distance then becomes n/(B + n) of it; and from twice that rate on it
 * grows.
 */
record OneStepChecks(Laboratory laboratory) {
    private static final int FEATURES = 10;
    private static final int TRIALS = 600;
    private static final long SEED = 3;

    List<Check> all() {
        ReplicaFactory replicas =
                laboratory.linear(FEATURES).values().iterator().next();
        Regression regression = Regression.of(FEATURES, 0, replicas, SEED);
        double noiseScale = regression.noiseScale();
        List<Check> checks = new ArrayList<>();
        for (int batch : List.of(1, 12, 64)) {
            double best = 1 / (1 + noiseScale / batch);
            checks.add(check(regression, "best rate", batch, best));
            checks.add(check(regression, "twice the best rate", batch, 2 * best));
        }
        checks.add(check(regression, "half the best rate", 12, 0.25));
        return checks;
    }

    private Check check(Regression regression, String rate, int batch, double a) {
        double expected = 1 - 2 * a + a * a * (1 + regression.noiseScale() / batch);
        RunPlan plan = regression
                .study(laboratory, regression.examples(batch, SEED))
                .plan("batch-sizes=[full]", "seeds=[" + SEED + "]", "budget.steps=1", "learning-rate.base=" + a / 2)
                .get(0);
        double[] distances = new double[TRIALS];
        for (int trial = 0; trial < TRIALS; trial++) {
            Gaussians examples = regression.examples(batch, SEED * 1_000_003 + trial);
            distances[trial] = regression.squaredDistance(
                    regression.study(laboratory, examples).train(plan));
        }
        return Check.sampled(
                "squared distance after one step, batch " + batch + ", " + rate, expected, Sample.of(distances), SEED);
    }
}
