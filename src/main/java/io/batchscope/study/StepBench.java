package io.batchscope.study;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.study.StepTime.Point;
import io.batchscope.train.ParameterUpdate;
import io.batchscope.train.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Does updates as the step loop does, and looks at the clock. */
final class StepBench {
    /** So small that no network diverges within a calibration. */
    private static final double RATE = 1e-4;

    private final Replica replica;
    private final Examples examples;
    private final Batch batch;
    private final int[] indices;
    private final float[] gradient;
    private final ParameterUpdate update;
    private final SplittableRandom random = new SplittableRandom(1);
    private long steps;

    /** @param most examples at once */
    StepBench(Replica replica, Examples examples, OptimizerConfig optimizer, int most) {
        this.replica = replica;
        this.examples = examples;
        this.batch = new Batch(most, examples.featureCount());
        this.indices = new int[most];
        this.gradient = new float[replica.parameterCount()];
        this.update = new ParameterUpdate(optimizer, replica);
        replica.readParameters(update.parameters());
    }

    /** What was measured with one size, in seconds. */
    static final class Samples {
        final int size;
        private final List<Double> gradients = new ArrayList<>();
        private final List<Double> updates = new ArrayList<>();

        Samples(int size) {
            this.size = size;
        }

        void clear() {
            gradients.clear();
            updates.clear();
        }

        /** The shortest gradient. */
        double shortest() {
            return gradients.stream().min(Double::compare).orElseThrow();
        }

        /** The medians. */
        Point point() {
            return new Point(size, median(gradients), median(updates));
        }
    }

    /** The value in the middle. */
    static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    /** Does updates for so long, at least one. */
    void updates(Samples samples, double seconds) {
        long begin = System.nanoTime();
        long end;
        do {
            long start = System.nanoTime();
            fill(samples.size);
            replica.gradient(batch, 1f / samples.size, false, gradient);
            long computed = System.nanoTime();
            update.apply(gradient, RATE, steps++);
            end = System.nanoTime();
            samples.gradients.add((computed - start) / 1e9);
            samples.updates.add((end - computed) / 1e9);
        } while (end - begin < seconds * 1e9);
    }

    /** Measures losses of so many examples for so long, at least once; adds the seconds of one example. */
    void evaluations(int size, double seconds, List<Double> perExample) {
        long begin = System.nanoTime();
        long end;
        do {
            long start = System.nanoTime();
            fill(size);
            batch.features();
            replica.score(batch);
            end = System.nanoTime();
            perExample.add((end - start) / 1e9 / size);
        } while (end - begin < seconds * 1e9);
    }

    private void fill(int size) {
        for (int i = 0; i < size; i++) {
            indices[i] = random.nextInt(examples.size());
        }
        batch.fillOnDemand(examples, indices, 0, size);
    }
}
