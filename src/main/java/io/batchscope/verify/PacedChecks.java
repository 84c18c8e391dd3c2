package io.batchscope.verify;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.StepRecord;
import io.batchscope.scaling.AdaScaleGain;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * AdaScale in runs. The rate of a run of linear regression is so low that nothing moves, so its gain becomes r = (σ² + μ²)/(σ²/S + μ²)
 * with σ² = tr Σ/B₀ and μ² = |G|²; each trial is one run, whose last gain counts. As an update counts as r of the base batch's, the
 * first as one, a budget of T of those is done in about 1 + (T − 1)/r: exactly T without noise.
 */
record PacedChecks(Laboratory laboratory) {
    private static final int FEATURES = 10;
    private static final int BASE = 16;
    private static final long SEED = 5_000_000;
    private static final int TRIALS = 16;

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        ReplicaFactory replicas =
                laboratory.linear(FEATURES).values().iterator().next();
        for (int workers : List.of(1, 2)) {
            checks.addAll(gain(Regression.of(FEATURES, 1, replicas, SEED), 8, workers));
        }
        checks.add(withoutNoise());
        return checks;
    }

    private List<Check> gain(Regression regression, int scale, int workers) {
        int batch = BASE * scale;
        int budget = 300;
        RunPlan plan = regression
                .study(laboratory, regression.examples(batch * budget, SEED))
                .plan(
                        "batch-sizes=[" + batch + "]",
                        "seeds=[" + SEED + "]",
                        "budget.steps=" + budget,
                        "learning-rate.base=1e-12",
                        "learning-rate.base-batch=" + BASE,
                        "learning-rate.scaling=adascale",
                        "sync.workers=" + workers)
                .get(0);
        double[] gains = new double[TRIALS];
        double[] updates = new double[TRIALS];
        for (int trial = 0; trial < TRIALS; trial++) {
            TrainedRun run = regression
                    .study(laboratory, regression.examples(batch * budget, SEED + trial))
                    .train(plan);
            StepRecord last = run.stepRows().get(run.stepRows().size() - 1);
            gains[trial] = Objects.requireNonNull(last.gain());
            updates[trial] = run.steps();
        }
        double expected = AdaScaleGain.of(regression.trace() / BASE, 4, scale);
        String name = ", S = " + scale + ", " + workers + (workers == 1 ? " worker" : " workers");
        return List.of(
                Check.sampled("gain in a run" + name, expected, Sample.of(gains), SEED, TRIALS),
                Check.sampled(
                        "updates for a budget of " + budget + name,
                        1 + (budget - 1) / expected,
                        Sample.of(updates),
                        SEED,
                        TRIALS));
    }

    private Check withoutNoise() {
        TrainedRun run = MemoryStudy.regression(
                        laboratory,
                        new Signs(64, 1, SEED),
                        1,
                        (seed, most) -> new NoisyQuadratic(new double[] {1}, new double[] {0}))
                .train(
                        "batch-sizes=[32]",
                        "budget.steps=20",
                        "learning-rate.base=0.01",
                        "learning-rate.base-batch=4",
                        "learning-rate.scaling=adascale");
        return Check.exact("updates for a budget of 20 without noise, S = 8", 20, run.steps(), 0);
    }
}
