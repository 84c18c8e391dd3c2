package io.batchscope.verify;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The estimator's algebra where there is no chance: two examples, all that there are, with gradients 3 and −1. So |G|² = 1 and tr Σ = 8,
 * with N − 1 = 1 in the denominator, whichever of the three ways compares them. Of one gradient alone there is no number, but a
 * reason.
 */
record EstimatorChecks(Laboratory laboratory) {
    private static final double ROUNDING = 1e-6;

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        String[] measured = {"measure.noise-every=1 steps"};
        String[] ranks = {"measure.noise-every=1 steps", "sync.workers=2"};
        String[] paced = {"learning-rate.scaling=adascale", "learning-rate.base-batch=1"};
        two(checks, "parts of a share", measured);
        two(checks, "gradients of 2 workers", ranks);
        two(checks, "micro-batches of a paced run", paced);
        checks.addAll(one());
        return checks;
    }

    /** θ = 1, with the gradient θ + 2x. */
    private MemoryStudy study() {
        Rows opposites = new Rows(List.of(new float[] {1}, new float[] {-1}), List.of(0, 0));
        return MemoryStudy.regression(
                laboratory, opposites, 1, (seed, most) -> new NoisyQuadratic(new double[] {1}, new double[] {4}));
    }

    private void two(List<Check> checks, String way, String... settings) {
        List<String> all = new ArrayList<>(List.of("batch-sizes=[2]", "budget.steps=1", "learning-rate.base=1e-12"));
        all.addAll(List.of(settings));
        TrainedRun run = study().train(all.toArray(String[]::new));
        StepRecord row = run.stepRows().get(0);
        checks.add(Check.exact(
                "tr Σ of gradients 3 and −1, " + way,
                8,
                Objects.requireNonNullElse(row.measures().gradientNoise(), Double.NaN),
                ROUNDING));
        checks.add(Check.exact(
                "|G|² of gradients 3 and −1, " + way,
                1,
                Objects.requireNonNullElse(row.measures().gradientSignal(), Double.NaN),
                ROUNDING));
    }

    private List<Check> one() {
        RunRecord run = study().tables(
                        "batch-sizes=[1]", "budget.steps=4", "learning-rate.base=1e-12", "measure.noise-every=1 steps")
                .runs()
                .get(0);
        boolean number = run.noiseScale() != null || run.gradients().gradientNoise() != null;
        String reason = Objects.requireNonNullElse(run.gradients().noiseScaleDetail(), "");
        return List.of(
                Check.exact("noise scales told of one gradient alone", 0, number ? 1 : 0, 0),
                Check.exact("reasons given instead", 1, reason.isEmpty() ? 0 : 1, 0));
    }
}
