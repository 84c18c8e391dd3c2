package io.batchscope.verify;

import io.batchscope.result.StepRecord;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The noise that runs measure on the way; the rate is so low that nothing moves. Batches with two examples or more for each worker
 * compare parts of a worker's share, smaller ones the gradients of the workers. The signal of batches far below the noise
 * scale is nearly all noise, so of small ones tr Σ alone is known from a quick sample of linear regression; the ratio of both is that of a
 * noisy quadratic, whose noise scale tr Σ/|G|² = Σcᵢ/Σhᵢ² is 1.
 */
record NoiseScaleChecks(Laboratory laboratory) {
    private static final long SEED = 1;

    private record Case(int features, double noise, int workers, int batch, int steps) {
        String words(String kind) {
            return "d = " + features + ", s² = " + (noise == 0 ? "0" : "1") + ", " + spread(workers, batch) + ", "
                    + kind;
        }
    }

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        // The fast kind; the others compute the same, and once is enough.
        for (Case one :
                List.of(new Case(10, 0, 1, 256, 2200), new Case(10, 1, 1, 256, 2400), new Case(10, 1, 2, 256, 2600))) {
            Map.Entry<String, ReplicaFactory> fast = fast(one.features);
            checks.add(scale(one, fast.getKey(), fast.getValue()));
        }
        laboratory
                .linear(100)
                .forEach((kind, replicas) -> checks.add(scale(new Case(100, 0, 1, 512, 500), kind, replicas)));
        for (Case one : List.of(new Case(10, 1, 1, 4, 17_000), new Case(10, 1, 4, 7, 11_000))) {
            Map.Entry<String, ReplicaFactory> fast = fast(one.features);
            checks.add(trace(one, fast.getKey(), fast.getValue()));
        }
        for (int[] spread : new int[][] {{1, 2}, {4, 4}, {4, 7}}) {
            checks.add(quadratic(spread[0], spread[1]));
        }
        return checks;
    }

    private Map.Entry<String, ReplicaFactory> fast(int features) {
        return laboratory.linear(features).entrySet().iterator().next();
    }

    private Check scale(Case one, String kind, ReplicaFactory replicas) {
        Regression regression = Regression.of(one.features, one.noise, replicas, SEED);
        TrainedRun run = run(one, regression);
        return Check.sampled("noise scale, " + one.words(kind), regression.noiseScale(), ratio(run), SEED);
    }

    private Check trace(Case one, String kind, ReplicaFactory replicas) {
        Regression regression = Regression.of(one.features, one.noise, replicas, SEED);
        return Check.sampled("tr Σ, " + one.words(kind), regression.trace(), noise(run(one, regression)), SEED);
    }

    private TrainedRun run(Case one, Regression regression) {
        MemoryStudy study = regression.study(laboratory, regression.examples(one.batch * one.steps, SEED));
        return study.train(measuring(one.workers, one.batch, one.steps));
    }

    private Check quadratic(int workers, int batch) {
        double[] ones = new double[100];
        Arrays.fill(ones, 1);
        int steps = 2000;
        TrainedRun run = MemoryStudy.regression(
                        laboratory,
                        new Gaussians(batch * steps, ones.length, SEED, (x, normal) -> 0),
                        ones.length,
                        (seed, most) -> new NoisyQuadratic(ones, ones))
                .train(measuring(workers, batch, steps));
        return Check.sampled("noise scale of a noisy quadratic, " + spread(workers, batch), 1, ratio(run), SEED);
    }

    private static String spread(int workers, int batch) {
        return workers + (workers == 1 ? " worker" : " workers") + ", batch " + batch;
    }

    private static String[] measuring(int workers, int batch, int steps) {
        return new String[] {
            "batch-sizes=[" + batch + "]",
            "seeds=[" + SEED + "]",
            "budget.epochs=1",
            "learning-rate.base=1e-12",
            "evaluation.max-step-rows=" + steps,
            "measure.noise-every=1 steps",
            "sync.workers=" + workers
        };
    }

    private static Sample ratio(TrainedRun run) {
        return Sample.ratio(
                column(run, row -> known(row.measures().gradientNoise())),
                column(run, row -> known(row.measures().gradientSignal())));
    }

    private static Sample noise(TrainedRun run) {
        return Sample.of(column(run, row -> known(row.measures().gradientNoise())));
    }

    static double[] column(TrainedRun run, ToDoubleFunction<StepRecord> column) {
        return run.stepRows().stream()
                .filter(row -> row.measures().gradientNoise() != null)
                .mapToDouble(column)
                .toArray();
    }

    static double known(@Nullable Double value) {
        return Objects.requireNonNull(value);
    }
}
