package io.batchscope.train;

import static io.batchscope.train.ContractRuns.FEATURES;
import static io.batchscope.train.ContractRuns.PARAMETERS;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import io.batchscope.plan.Synchronization.GradientSharing;
import io.batchscope.plan.Synchronization.ParameterAveraging;
import io.batchscope.plan.Synchronization.Synchronous;
import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.plan.Synchronization.Threshold.Adaptive;
import io.batchscope.plan.Synchronization.Threshold.Fixed;
import io.batchscope.plan.Synchronization.Threshold.TargetSparsity;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.SynchronizedPlan;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A way to synchronise as {@link SynchronizationContractTest} tries it; a new one is a line in {@link #all}.
 *
 * @param differsAlone why one worker gives something else than in the exact mode; null if it does not
 * @param differsTogether why several workers give something else than one exact worker, with a rule that is linear in the
 *     gradient; null if they do not
 */
record ContractMode(
        String name, Synchronization synchronization, @Nullable String differsAlone, @Nullable String differsTogether) {
    private static final String LOCAL = "ranks follow gradients of their own shares";

    /** Bins of the first gradients' magnitudes, of which a threshold that is not fixed is found. */
    private static final int MAGNITUDES = 2048;

    private static final String THIN = "elements wait until they are beyond the threshold";

    /** All modes of the loop; 8 updates divide neither the runs nor the epochs here. */
    static Stream<ContractMode> all() {
        return Stream.of(
                new ContractMode("exact", new Synchronous(), null, null),
                new ContractMode("averaging, H = 1", new ParameterAveraging(1, 0), null, null),
                new ContractMode("averaging, H = 8", new ParameterAveraging(8, 0), null, LOCAL),
                new ContractMode("post-local, H = 4 after 10", new ParameterAveraging(4, 10), null, LOCAL),
                new ContractMode("sharing, threshold 0", sharing(new Fixed(0)), null, null),
                new ContractMode("sharing, fixed threshold", sharing(new Fixed(0.2)), THIN, THIN),
                new ContractMode("sharing, adaptive threshold", sharing(new Adaptive(0.2, 0.3, 0.8, 1.1)), THIN, THIN),
                new ContractMode("sharing, target sparsity", sharing(new TargetSparsity(0.2, 0.5, 1.2)), THIN, THIN));
    }

    private static GradientSharing sharing(Threshold threshold) {
        return new GradientSharing(threshold, 5, 5);
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

    /** Whether ranks follow the mean gradient of the whole batch, as it is. */
    boolean followsTheBatch() {
        return differsTogether == null && !(synchronization instanceof ParameterAveraging);
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

    /** So many bytes, from … to. */
    record Bytes(long least, long most) {}

    /**
     * What the first rank sends in an update.
     *
     * @param stateVectors of the update rule
     */
    Bytes bytes(RunPlan plan, StepRecord row, int stateVectors) {
        int workers = plan.workers();
        long step = row.step() - 1;
        if (synchronization instanceof GradientSharing sharing) {
            int measured = step == 0 && !(sharing.threshold() instanceof Fixed) ? MAGNITUDES : 0;
            return shared(row, workers, Double.BYTES * allReduced(measured, workers));
        }
        if (!agreesAfter(plan, step)) {
            return new Bytes(0, 0);
        }
        if (!local(step)) {
            // Loss, votes and four numbers of the noise ride along.
            long bytes = Float.BYTES * allReduced(PARAMETERS + 6, workers);
            return new Bytes(bytes, bytes);
        }
        ParameterAveraging averaging = (ParameterAveraging) synchronization;
        int updates = 1 + (int) ((step - averaging.afterSteps()) % averaging.everySteps());
        long bytes = (1L + stateVectors) * Float.BYTES * allReduced(PARAMETERS, workers)
                + Double.BYTES * allReduced(updates + 2, workers);
        return new Bytes(bytes, bytes);
    }

    /** Five counts and those of the ranks, then what is cheapest: a word an element, or fewer. */
    private static Bytes shared(StepRecord row, int workers, long measured) {
        long counts = measured + Double.BYTES * allReduced(5 + workers, workers);
        double sparsity = Objects.requireNonNull(row.sparsity());
        if (Objects.requireNonNull(row.threshold()) == 0) {
            long bytes = counts + Float.BYTES * allReduced(PARAMETERS, workers);
            return new Bytes(bytes, bytes);
        }
        long held = Float.BYTES * allReduced(PARAMETERS - FEATURES, workers);
        long sent = workers == 1 ? 0 : Math.round((1 - sparsity) * workers * FEATURES);
        return new Bytes(counts + held, counts + held + Float.BYTES * sent);
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
