package io.batchscope.verify;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The linear rule's claim that one step with k times the batch at k times the rate is k steps: exact where the gradient is
 * constant, and on ½hθ² (1 − kηh) against (1 − ηh)^k. Warmup's rates, and momentum under a changing rate: where momentum holds
 * the rate (v' = m·(η'/η)·v + η'·g, remark 2), both forms of the update are the same. Weight decay:
 * remarks 1 and 3.
 */
record LinearRuleChecks(Laboratory laboratory) {
    private static final double ROUNDING = 1e-5;

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        quadratic(checks, 8, 0.01);
        quadratic(checks, 32, 0.01);
        quadratic(checks, 32, 0.1);
        constantGradient(checks);
        warmup(checks);
        checks.add(momentumCorrection());
        decay(checks);
        return checks;
    }

    private MemoryStudy study(double curvature, double variance, Gaussians examples) {
        return MemoryStudy.regression(
                laboratory,
                examples,
                1,
                (seed, most) -> new NoisyQuadratic(new double[] {curvature}, new double[] {variance}));
    }

    /** Examples of one feature, with which a model without noise does nothing. */
    private static Gaussians any(int count) {
        return new Gaussians(count, 1, 1, (x, normal) -> 0);
    }

    private static double end(TrainedRun run) {
        return Objects.requireNonNull(run.parameters()).values()[0];
    }

    private void quadratic(List<Check> checks, int k, double rate) {
        MemoryStudy study = study(1, 0, any(64));
        String base = "learning-rate.base=" + rate;
        double small = end(study.train("batch-sizes=[1]", "budget.steps=" + k, base));
        double large = end(study.train(
                "batch-sizes=[" + k + "]",
                "budget.steps=1",
                base,
                "learning-rate.base-batch=1",
                "learning-rate.scaling=linear"));
        String name = ", k = " + k + ", ηh = " + rate;
        checks.add(Check.exact("k steps with η" + name, Math.pow(1 - rate, k), small, ROUNDING));
        checks.add(Check.exact("one step with kη" + name, 1 - k * rate, large, ROUNDING));
    }

    /** All examples alike, and no curvature: θ = 1 − 8 · η · x. */
    private void constantGradient(List<Check> checks) {
        Gaussians drawn = new Gaussians(1, 1, 5, (x, normal) -> 0);
        float[] x = new float[1];
        drawn.copyFeatures(0, x, 0);
        MemoryStudy study = study(0, 1, drawn);
        double eight = end(study.train("batch-sizes=[1]", "budget.steps=8", "learning-rate.base=0.015625"));
        double once = end(study.train("batch-sizes=[1]", "budget.steps=1", "learning-rate.base=0.125"));
        checks.add(Check.exact("constant gradient, 8 steps with η = 1/64", 1 - 0.125 * x[0], eight, 1e-6));
        checks.add(Check.exact("constant gradient, one step with 8η", 1 - 0.125 * x[0], once, 1e-6));
    }

    private void warmup(List<Check> checks) {
        RunPlan plan = study(1, 0, any(64))
                .plan(
                        "batch-sizes=[8]",
                        "budget.steps=50",
                        "learning-rate.base=0.1",
                        "learning-rate.base-batch=1",
                        "learning-rate.scaling=linear",
                        "learning-rate.warmup-shape=linear",
                        "learning-rate.warmup=10 steps")
                .get(0);
        for (int step : List.of(0, 5, 10, 49)) {
            double expected = 0.1 + 0.7 * Math.min(step, 10) / 10;
            checks.add(Check.exact(
                    "rate of update " + step + ", 10 of warmup from 0.1 to 0.8",
                    expected,
                    plan.schedule().rateAt(step),
                    1e-12));
        }
    }

    private Check momentumCorrection() {
        MemoryStudy study = study(1, 0, any(64));
        String[] settings = {
            "batch-sizes=[8]",
            "budget.steps=40",
            "optimizer.momentum=0.9",
            "learning-rate.base=0.01",
            "learning-rate.base-batch=1",
            "learning-rate.scaling=linear",
            "learning-rate.warmup-shape=linear",
            "learning-rate.warmup=10 steps",
            "learning-rate.schedule=cosine"
        };
        RunPlan plan = study.plan(settings).get(0);
        double theta = 1;
        double velocity = 0;
        for (int step = 0; step < 40; step++) {
            double rate = plan.schedule().rateAt(step);
            double correction = step == 0 ? 1 : rate / plan.schedule().rateAt(step - 1);
            velocity = 0.9 * correction * velocity + rate * theta;
            theta -= velocity;
        }
        return Check.exact(
                "momentum correction, 40 steps of warmup and cosine", theta, end(study.train(plan)), ROUNDING);
    }

    /**
     * With weight decay λ the update is θ ← θ − η(λ + h)θ. A loss of four times the size is 4h there, and no longer the same as four
     * times the rate (remark 1); and k workers must divide by k·n examples together, as by n alone h would count k times (remark 3).
     */
    private void decay(List<Check> checks) {
        int steps = 10;
        double rate = 0.05;
        double decay = 0.5;
        String[] settings = {"batch-sizes=[8]", "budget.steps=" + steps, "optimizer.weight-decay=" + decay};
        checks.add(Check.exact(
                "weight decay, a loss of 4 times the size",
                Math.pow(1 - rate * (decay + 4), steps),
                end(decaying(4, settings, "learning-rate.base=" + rate)),
                ROUNDING));
        checks.add(Check.exact(
                "weight decay, 4 times the rate",
                Math.pow(1 - 4 * rate * (decay + 1), steps),
                end(decaying(1, settings, "learning-rate.base=" + 4 * rate)),
                ROUNDING));
        checks.add(Check.exact(
                "weight decay, the loss over k·n examples on 4 workers",
                Math.pow(1 - rate * (decay + 1), steps),
                end(decaying(1, settings, "learning-rate.base=" + rate, "sync.workers=4")),
                ROUNDING));
    }

    private TrainedRun decaying(double curvature, String[] settings, String... more) {
        return study(curvature, 0, any(64))
                .train(Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new));
    }
}
