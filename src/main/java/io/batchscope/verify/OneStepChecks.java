package io.batchscope.verify;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.ReplicaFactory;
import java.util.List;

/**
 * One step of linear regression without noise. With a = 2η (the loss is r², its Hessian 2I) the squared distance from the best
 * parameters becomes, on average, 1 − 2a + a²(1 + n/B) of what it was, n = d + 2 the noise scale. So the best rate is a = 1/(1 + n/B),
 * which grows linearly with B and then saturates; the distance then becomes n/(B + n) of it; and from twice that rate on it
 * grows. Trial t has examples drawn with seed {@link #SEED} + t.
 */
record OneStepChecks(Laboratory laboratory) {
    private static final int FEATURES = 10;
    private static final long SEED = 3_000_000;

    private enum Rate {
        HALF("half the best rate", 0.5),
        BEST("best rate", 1),
        TWICE("twice the best rate", 2);

        private final String words;
        private final double factor;

        Rate(String words, double factor) {
            this.words = words;
            this.factor = factor;
        }
    }

    /** The more a trial's distance varies, the more trials it takes to know its mean. */
    private record Case(int batch, Rate rate, int trials) {}

    List<Check> all() {
        ReplicaFactory replicas =
                laboratory.linear(FEATURES).values().iterator().next();
        Regression regression = Regression.of(FEATURES, 0, replicas, SEED);
        return List.of(
                        new Case(1, Rate.BEST, 400),
                        new Case(1, Rate.TWICE, 1200),
                        new Case(12, Rate.HALF, 1200),
                        new Case(12, Rate.BEST, 2400),
                        new Case(12, Rate.TWICE, 8000),
                        new Case(64, Rate.BEST, 3200),
                        new Case(64, Rate.TWICE, 7000))
                .stream()
                .map(one -> check(regression, one))
                .toList();
    }

    private Check check(Regression regression, Case one) {
        double spread = 1 + regression.noiseScale() / one.batch;
        double a = one.rate.factor / spread;
        RunPlan plan = regression
                .study(laboratory, regression.examples(one.batch, SEED))
                .plan("batch-sizes=[full]", "seeds=[" + SEED + "]", "budget.steps=1", "learning-rate.base=" + a / 2)
                .get(0);
        double[] distances = new double[one.trials];
        for (int trial = 0; trial < one.trials; trial++) {
            Gaussians examples = regression.examples(one.batch, SEED + trial);
            distances[trial] = regression.squaredDistance(
                    regression.study(laboratory, examples).train(plan));
        }
        return Check.sampled(
                "squared distance after one step, batch " + one.batch + ", " + one.rate.words,
                1 - 2 * a + a * a * spread,
                Sample.of(distances),
                SEED,
                one.trials);
    }
}
