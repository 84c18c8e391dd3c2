package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Synchronization.GradientSharing;
import io.batchscope.plan.Synchronization.ParameterAveraging;
import io.batchscope.plan.Synchronization.Synchronous;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.SynchronizedPlan;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A way to synchronise as {@link SynchronizationContractTest} tries it; a new one is a line in {@link #all}.
 *
 * @param differsAlone why one worker gives something else than in the exact mode; null if it does not
 * @param differsTogether why several workers give something else than one exact worker, with plain descent; null if they
 *     do not
 */
record ContractMode(
        String name, Synchronization synchronization, @Nullable String differsAlone, @Nullable String differsTogether) {
    private static final String LOCAL = "ranks follow gradients of their own shares";

    /** All modes of the loop; 8 updates divide neither the runs nor the epochs here. */
    static Stream<ContractMode> all() {
        return Stream.of(
                new ContractMode("exact", new Synchronous(), null, null),
                new ContractMode("averaging, H = 1", new ParameterAveraging(1, 0), null, null),
                new ContractMode("averaging, H = 8", new ParameterAveraging(8, 0), null, LOCAL),
                new ContractMode("post-local, H = 4 after 10", new ParameterAveraging(4, 10), null, LOCAL));
    }

    RunPlan plan(RunPlans plans) {
        return SynchronizedPlan.of(plans.plan(), synchronization);
    }

    /** The same run in the exact mode. */
    static RunPlan exact(RunPlans plans) {
        return SynchronizedPlan.of(plans.plan(), new Synchronous());
    }

    /** Whether ranks follow gradients of their own in update {@code step}, from 0. */
    boolean local(long step) {
        return synchronization instanceof ParameterAveraging averaging && step >= averaging.afterSteps();
    }

    /** Whether only a part of a gradient is sent. */
    boolean thinsOut() {
        return synchronization instanceof GradientSharing;
    }

    boolean agreesAfter(RunPlan plan, long step) {
        return synchronization.agreesAfter(step, plan.plannedSteps());
    }

    /** After how many updates ranks agree. */
    List<Long> agreements(RunPlan plan) {
        return Stream.iterate(1L, step -> step <= plan.plannedSteps(), step -> step + 1)
                .filter(step -> agreesAfter(plan, step - 1))
                .toList();
    }

    /**
     * What the first rank sends in update {@code step}, in bytes.
     *
     * @param stateVectors of the update rule
     */
    long bytes(RunPlan plan, long step, int parameters, int stateVectors) {
        int workers = plan.workers();
        if (!agreesAfter(plan, step)) {
            return 0;
        }
        if (!local(step)) {
            // Loss and votes ride along.
            return Float.BYTES * allReduced(parameters + 2, workers);
        }
        ParameterAveraging averaging = (ParameterAveraging) synchronization;
        long before = (step - averaging.afterSteps()) % averaging.everySteps();
        return (1 + stateVectors) * Float.BYTES * allReduced(parameters, workers)
                + Double.BYTES * allReduced((int) before + 3, workers);
    }

    /** Elements that rank 0 sends on a ring: all chunks but that of rank 1, and once more all but that of rank 2. */
    private static long allReduced(int length, int workers) {
        return workers == 1 ? 0 : 2L * length - chunk(1, length, workers) - chunk(2, length, workers);
    }

    private static long chunk(int number, int length, int workers) {
        long from = number % workers;
        return (from + 1) * length / workers - from * length / workers;
    }

    @Override
    public String toString() {
        return name;
    }
}
