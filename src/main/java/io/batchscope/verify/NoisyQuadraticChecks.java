package io.batchscope.verify;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.EvalRecord;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The noisy quadratic model in closed form. Plain descent at rate a: E L(t) = Σ [½hθ₀² − L∞](1 − ah)^{2t} + L∞ with L∞ = ac/(2B(2 −
 * ah)). Heavy ball with momentum β: Var(θ) = ac(1 + β) / (Bh(1 − β)(2(1 + β) − ah)) in the end.
 */
record NoisyQuadraticChecks(Laboratory laboratory) {
    private static final int DIMENSIONS = 100;
    private static final long SEED = 4_000_000;

    private record Descent(int batch, double rate, int steps, int trials) {}

    private record Ball(double curvature, double variance, int batch, double rate, double momentum) {}

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (Descent one :
                List.of(new Descent(1, 0.5, 100, 1500), new Descent(8, 0.5, 100, 700), new Descent(64, 1, 20, 150))) {
            checks.add(descent(one));
        }
        for (Ball ball : List.of(new Ball(1, 1, 1, 0.1, 0.9), new Ball(2, 0.5, 4, 0.3, 0.5))) {
            checks.add(heavyBall(ball));
        }
        return checks;
    }

    private MemoryStudy study(double[] curvatures, double[] variances, int examples, long seed) {
        Signs noise = new Signs(examples, curvatures.length, seed);
        return MemoryStudy.regression(
                laboratory, noise, curvatures.length, (start, most) -> new NoisyQuadratic(curvatures, variances));
    }

    private Check descent(Descent one) {
        double[] inverse = DoubleStream.iterate(1, i -> i + 1)
                .limit(DIMENSIONS)
                .map(i -> 1 / i)
                .toArray();
        double expected = 0;
        for (double h : inverse) {
            double floor = one.rate * h / (2 * one.batch * (2 - one.rate * h));
            expected += (h / 2 - floor) * Math.pow(1 - one.rate * h, 2 * one.steps) + floor;
        }
        int examples = one.batch * one.steps;
        RunPlan plan = study(inverse, inverse, examples, SEED)
                .plan("batch-sizes=[" + one.batch + "]", "budget.epochs=1", "learning-rate.base=" + one.rate)
                .get(0);
        double[] losses = new double[one.trials];
        for (int trial = 0; trial < one.trials; trial++) {
            losses[trial] = last(study(inverse, inverse, examples, SEED + trial).train(plan))
                    .loss();
        }
        return Check.sampled(
                "loss after " + one.steps + " steps, batch " + one.batch + ", rate " + one.rate,
                expected,
                Sample.of(losses),
                SEED,
                one.trials);
    }

    private static EvalRecord last(TrainedRun run) {
        return run.evalRows().stream()
                .filter(row -> row.split().equals("validation"))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    private Check heavyBall(Ball ball) {
        double expected = ball.rate
                * ball.variance
                * (1 + ball.momentum)
                / (ball.batch
                        * ball.curvature
                        * (1 - ball.momentum)
                        * (2 * (1 + ball.momentum) - ball.rate * ball.curvature));
        double[] curvatures = filled(ball.curvature);
        double[] variances = filled(ball.variance);
        int trials = 60;
        int examples = 600 * ball.batch;
        RunPlan plan = study(curvatures, variances, examples, SEED)
                .plan(
                        "batch-sizes=[" + ball.batch + "]",
                        "budget.epochs=1",
                        "optimizer.momentum=" + ball.momentum,
                        "evaluation.every=30 steps",
                        "learning-rate.base=" + ball.rate)
                .get(0);
        double[] means = new double[trials];
        for (int trial = 0; trial < trials; trial++) {
            TrainedRun run =
                    study(curvatures, variances, examples, SEED + trial).train(plan);
            // After 300 steps nothing of the start is left.
            means[trial] = run.evalRows().stream()
                            .filter(row -> row.split().equals("validation") && row.step() >= 300)
                            .mapToDouble(EvalRecord::loss)
                            .average()
                            .orElseThrow()
                    * 2
                    / ball.curvature
                    / DIMENSIONS;
        }
        return Check.sampled(
                "variance with heavy ball, batch " + ball.batch + ", rate " + ball.rate + ", momentum " + ball.momentum,
                expected,
                Sample.of(means),
                SEED,
                trials);
    }

    private static double[] filled(double value) {
        double[] values = new double[DIMENSIONS];
        Arrays.fill(values, value);
        return values;
    }
}
