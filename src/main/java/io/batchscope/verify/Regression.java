package io.batchscope.verify;

import io.batchscope.train.Parameters;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import java.util.Objects;

/**
 * Linear regression on x ~ N(0, I_d) with y = w*·x + ν, ν ~ N(0, s²), by the model w·x + b with loss r² of the residual r. The
 * model begins at distance 1 from w*, and b begins at 0, where it is best.
 *
 * <p>With φ = (x, 1) the gradient for an example is 2rφ, its mean 2e with e = (w − w*, b). As E|x|²(e·x)² = (d + 2)|e|² and E(e·x)²
 * = |e|² for b = 0, tr Σ = 4[(d + 2)|e|² + (d + 1)s²], and |G|² = 4|e|².
 *
 * @param replicas of the model
 * @param start its first parameters, w then b
 */
record Regression(int features, double noise, ReplicaFactory replicas, Parameters start) {
    static Regression of(int features, double noise, ReplicaFactory replicas, long seed) {
        try (Replica replica = replicas.create(seed, 1)) {
            float[] start = new float[replica.parameterCount()];
            replica.readParameters(start);
            if (start.length != features + 1 || start[features] != 0) {
                throw new IllegalStateException("verify: the linear model must have " + features
                        + " weights and a bias that begins at 0, but has " + start.length + " parameters");
            }
            return new Regression(features, noise, replicas, new Parameters(start));
        }
    }

    /** The simple noise scale tr Σ/|G|² at the start. */
    double noiseScale() {
        return features + 2 + (features + 1) * noise * noise;
    }

    /** tr Σ at the start. */
    double trace() {
        return 4 * noiseScale();
    }

    /** Examples; the first weight is off by 1. */
    Gaussians examples(int count, long seed) {
        return new Gaussians(count, features, seed, (x, normal) -> {
            double sum = -x[0] + noise * normal;
            for (int i = 0; i < features; i++) {
                sum += (double) start.values()[i] * x[i];
            }
            return sum;
        });
    }

    MemoryStudy study(Laboratory laboratory, Gaussians examples) {
        return MemoryStudy.regression(laboratory, examples, start.values().length, replicas);
    }

    /** |e|² after a run. */
    double squaredDistance(TrainedRun run) {
        Parameters end = Objects.requireNonNull(run.parameters());
        double sum = 0;
        float[] begin = start.values();
        for (int i = 0; i < begin.length; i++) {
            double best = i == 0 ? begin[0] - 1.0 : begin[i];
            double away = end.values()[i] - best;
            sum += away * away;
        }
        return sum;
    }
}
