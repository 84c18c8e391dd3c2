package io.batchscope.verify;

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
    private static final long SEED = 4;

    private record Descent(int batch, double rate, int steps, int trials) {}

    private record Ball(double curvature, double variance, int batch, double rate, double momentum) {}

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (Descent one :
                List.of(new Descent(1, 0.5, 100, 150), new Descent(8, 0.5, 100, 60), new Descent(64, 1, 100, 80))) {
            checks.add(descent(one));
        }
        for (Ball ball : List.of(new Ball(1, 1, 1, 0.1, 0.9), new Ball(2, 0.5, 4, 0.3, 0.5))) {
            checks.add(heavyBall(ball));
        }
        return checks;
    }

    private MemoryStudy study(double[] curvatures, double[] variances, int examples, long seed) {
        Gaussians noise = new Gaussians(examples, curvatures.length, seed, (x, normal) -> 0);
        return new MemoryStudy(
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
        double[] losses = new double[one.trials];
        for (int trial = 0; trial < one.trials; trial++) {
            long seed = SEED * 1_000_003 + trial;
            TrainedRun run = study(inverse, inverse, one.batch * one.steps, seed)
                    .train("batch-sizes=[" + one.batch + "]", "budget.epochs=1", "learning-rate.base=" + one.rate);
            losses[trial] = last(run).loss();
        }
        return Check.sampled(
                "loss after " + one.steps + " steps, batch " + one.batch + ", rate " + one.rate,
                expected,
                Sample.of(losses),
                SEED);
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
        int trials = 30;
        double[] means = new double[trials];
        for (int trial = 0; trial < trials; trial++) {
            TrainedRun run = study(curvatures, variances, 600 * ball.batch, SEED * 1_000_003 + trial)
                    .train(
                            "batch-sizes=[" + ball.batch + "]",
                            "budget.epochs=1",
                            "optimizer.momentum=" + ball.momentum,
                            "evaluation.every=30 steps",
                            "learning-rate.base=" + ball.rate);
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
                SEED);
    }

    private static double[] filled(double value) {
        double[] values = new double[DIMENSIONS];
        Arrays.fill(values, value);
        return values;
    }
}
