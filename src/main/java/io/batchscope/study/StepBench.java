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
        // As the step loop does.
        replica.keep(examples);
    }

    /** What was measured with one size: mean seconds of each round. */
    static final class Samples {
        final int size;
        private final List<Double> gradients = new ArrayList<>();
        private final List<Double> updates = new ArrayList<>();

        Samples(int size) {
            this.size = size;
        }

        private void add(double gradientSeconds, double updateSeconds) {
            gradients.add(gradientSeconds);
            updates.add(updateSeconds);
        }

        /**
         * The medians of the rounds. Within a round the mean counts, as it does in training: what else runs on the machine
         * takes it away now and then, for as long as many updates of a small size.
         */
        Point point() {
            return new Point(size, median(gradients), median(updates));
        }
    }

    /** The value in the middle. */
    static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    /** A round of updates of so many seconds, at least one. */
    void updates(Samples samples, double seconds) {
        long begin = System.nanoTime();
        long gradients = 0;
        long end = begin;
        int count = 0;
        while (count == 0 || end - begin < seconds * 1e9) {
            long start = end;
            fill(samples.size);
            replica.gradient(batch, 1f / samples.size, false, gradient);
            gradients += System.nanoTime() - start;
            update.apply(gradient, RATE, steps++);
            end = System.nanoTime();
            count++;
        }
        samples.add(gradients / 1e9 / count, (end - begin - gradients) / 1e9 / count);
    }

    /** Seconds of one gradient and update of so many examples, once what comes with the first one is done. */
    double oneUpdate(int size) {
        updates(new Samples(size), 0);
        Samples second = new Samples(size);
        updates(second, 0);
        return second.gradients.get(0) + second.updates.get(0);
    }

    /** A round of evaluations of so many examples, at least one; the mean seconds of one example. */
    double evaluations(int size, double seconds) {
        long begin = System.nanoTime();
        long end = begin;
        long examplesSeen = 0;
        while (examplesSeen == 0 || end - begin < seconds * 1e9) {
            fill(size);
            batch.features();
            replica.score(batch);
            end = System.nanoTime();
            examplesSeen += size;
        }
        return (end - begin) / 1e9 / examplesSeen;
    }

    private void fill(int size) {
        for (int i = 0; i < size; i++) {
            indices[i] = random.nextInt(examples.size());
        }
        batch.fillOnDemand(examples, indices, 0, size);
    }
}
