package io.batchscope.study;

import io.batchscope.data.Examples;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.study.StepBench.Samples;
import io.batchscope.train.DeviceMemoryException;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures {@link StepTime} where it is called: size by size and several times round, so that what else the machine does
 * meets all sizes alike. Travels to the executors.
 *
 * @param replicas makes what is measured
 * @param source of examples in the place of the study's
 * @param optimizer the update rule
 * @param sizes micro-batches to measure, ascending, the first one small
 * @param seconds how long it may take, about
 */
public record StepCalibration(
        ReplicaFactory replicas, Source source, OptimizerConfig optimizer, List<Integer> sizes, double seconds)
        implements Serializable {
    private static final int ROUNDS = 6;

    /** Gives examples; travels to the executors. */
    @FunctionalInterface
    public interface Source extends Serializable {
        /** At least one. */
        Examples examples();
    }

    public StepCalibration {
        sizes = List.copyOf(sizes);
    }

    /** The same of replicas made by others, such as those on a worker's own GPU. */
    public StepCalibration with(ReplicaFactory others) {
        return new StepCalibration(others, source, optimizer, sizes, seconds);
    }

    /** Measures it now: medians of rounds. Where large sizes would take too long, those before them tell how it goes on. */
    public StepTime measure() {
        int most = sizes.get(sizes.size() - 1);
        try (Replica replica = replicas.create(1, most)) {
            StepBench bench = new StepBench(replica, source.examples(), optimizer, most);
            List<Samples> all = affordable(bench);
            int largest = all.get(all.size() - 1).size;
            // Evaluations take as long as one size.
            double slice = seconds / ROUNDS / (all.size() + 1);
            // The first round is for the JVM to compile what it is to run often.
            all.forEach(samples -> bench.updates(new Samples(samples.size), slice));
            bench.evaluations(largest, slice);
            List<Double> evaluations = new ArrayList<>();
            for (int round = 1; round < ROUNDS; round++) {
                all.forEach(samples -> bench.updates(samples, slice));
                evaluations.add(bench.evaluations(largest, slice));
            }
            return new StepTime(all.stream().map(Samples::point).toList(), StepBench.median(evaluations));
        }
    }

    /** The sizes that there is time for, and memory of a GPU; two at least, if there are as many. */
    private List<Samples> affordable(StepBench bench) {
        List<Samples> all = new ArrayList<>();
        double perExample = 0;
        for (int size : sizes) {
            if (all.size() > 1 && size * perExample * ROUNDS > seconds) {
                break;
            }
            try {
                perExample = bench.oneUpdate(size) / size;
            } catch (DeviceMemoryException e) {
                if (all.isEmpty()) {
                    throw e;
                }
                break;
            }
            all.add(new Samples(size));
        }
        return all;
    }
}
