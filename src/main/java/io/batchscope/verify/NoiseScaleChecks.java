package io.batchscope.verify;

import io.batchscope.result.StepRecord;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The noise scale that runs measure on the way, of linear regression; the rate is so low that nothing moves. */
record NoiseScaleChecks(Laboratory laboratory) {
    private static final int BATCH = 32;
    private static final int STEPS = 2000;
    private static final long SEED = 1;

    private record Case(int features, double noise, int workers) {}

    List<Check> all() {
        List<Check> checks = new ArrayList<>();
        for (Case one : List.of(new Case(10, 0, 1), new Case(10, 1, 1), new Case(10, 1, 2), new Case(100, 0, 1))) {
            Map<String, ReplicaFactory> kinds = laboratory.linear(one.features);
            // The first is the fast one; the others compute the same, and once is enough.
            kinds.entrySet().stream()
                    .limit(checks.isEmpty() ? kinds.size() : 1)
                    .forEach(kind -> checks.add(check(one, kind.getKey(), kind.getValue())));
        }
        return checks;
    }

    private Check check(Case one, String kind, ReplicaFactory replicas) {
        Regression regression = Regression.of(one.features, one.noise, replicas, SEED);
        TrainedRun run = regression
                .study(laboratory, regression.examples(BATCH * STEPS, SEED))
                .train(
                        "batch-sizes=[" + BATCH + "]",
                        "seeds=[" + SEED + "]",
                        "budget.epochs=1",
                        "learning-rate.base=1e-12",
                        "evaluation.max-step-rows=" + STEPS,
                        "measure.noise-every=1 steps",
                        "sync.workers=" + one.workers);
        Sample ratio = Sample.ratio(
                column(run, row -> known(row.measures().gradientNoise())),
                column(run, row -> known(row.measures().gradientSignal())));
        String name = "noise scale, d = " + one.features + ", s² = " + (one.noise == 0 ? "0" : "1") + ", " + one.workers
                + (one.workers == 1 ? " worker" : " workers") + ", " + kind;
        return Check.sampled(name, regression.noiseScale(), ratio, SEED);
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
