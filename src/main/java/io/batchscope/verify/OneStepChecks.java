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
    private record Case(int features, int batch, Rate rate, int trials) {}

    List<Check> all() {
        return List.of(
                        new Case(10, 1, Rate.BEST, 300),
                        new Case(20, 1, Rate.TWICE, 500),
                        new Case(40, 12, Rate.HALF, 150),
                        new Case(40, 12, Rate.BEST, 300),
                        new Case(40, 12, Rate.TWICE, 900),
                        new Case(40, 64, Rate.BEST, 800),
                        new Case(100, 64, Rate.TWICE, 800))
                .stream()
                .map(this::check)
                .toList();
    }

    private Check check(Case one) {
        ReplicaFactory replicas =
                laboratory.linear(one.features).values().iterator().next();
        Regression regression = Regression.of(one.features, 0, replicas, SEED);
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
                "squared distance after one step, d = " + one.features + ", batch " + one.batch + ", " + one.rate.words,
                1 - 2 * a + a * a * spread,
                Sample.of(distances),
                SEED,
                one.trials);
    }
}
