package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the ranks of a run agree: what becomes of a rank's share of a batch, and when all ranks hold the same parameters.
 * Every rank calls {@link #update} for the same updates in the same order.
 */
interface Synchronizer {
    /**
     * What a rank asks for at the next agreement.
     *
     * @param stop an end of the run
     * @param checkpoint a checkpoint; asked for by the first rank only
     */
    record Votes(boolean stop, boolean checkpoint) {}

    /**
     * What is to be measured in an update, as each costs time.
     *
     * @param norms of gradient and change of the parameters
     * @param noise of the gradient; the same on all ranks
     */
    record Wanted(boolean norms, boolean noise) {
        /** Nothing. */
        static final Wanted NOTHING = new Wanted(false, false);
    }

    /**
     * Does one update of the run.
     *
     * @param step its number, from 0
     * @param rate its learning rate
     * @param wanted what to measure in it
     * @param times receives where the time went
     * @return null while the ranks are apart; see {@link Synchronization#agreesAfter}
     * @throws CollectiveException if another rank was lost
     */
    @Nullable
    Agreement update(long step, double rate, Votes votes, Wanted wanted, StepTimes times) throws InterruptedException;

    /**
     * What this rank keeps for itself beyond an agreement: {@link #ownVectors(Synchronization)} vectors of {@code
     * float[parameterCount]}, the arrays themselves.
     */
    default List<float[]> ownVectors() {
        return List.of();
    }

    /** Numbers that it keeps beyond an agreement, the same on all ranks. */
    default double[] numbers() {
        return new double[0];
    }

    /** Goes on with such numbers. */
    default void restore(double[] numbers) {}

    /** How many numbers it keeps. */
    static int ownNumbers(Synchronization synchronization) {
        return synchronization instanceof Synchronization.GradientSharing ? 1 : 0;
    }

    /** How many vectors a rank keeps for itself. */
    static int ownVectors(Synchronization synchronization) {
        return synchronization instanceof Synchronization.GradientSharing ? 1 : 0;
    }

    /**
     * The one that a plan asks for.
     *
     * @throws IllegalArgumentException if the plan's mode is not one of the step loop's
     */
    static Synchronizer of(
            RunPlan plan,
            Pacing pacing,
            Feeder feeder,
            ParameterUpdate parameterUpdate,
            Replica replica,
            Collective collective) {
        return switch (plan.synchronization().mode()) {
            case SYNCHRONOUS -> new ExactSynchronizer(plan, pacing, feeder, parameterUpdate, replica, collective);
            case PARAMETER_AVERAGING ->
                new ParameterAveragingSynchronizer(
                        plan,
                        (Synchronization.ParameterAveraging) plan.synchronization(),
                        pacing,
                        feeder,
                        parameterUpdate,
                        replica,
                        collective);
            case GRADIENT_SHARING ->
                new GradientSharingSynchronizer(
                        plan,
                        (Synchronization.GradientSharing) plan.synchronization(),
                        pacing,
                        feeder,
                        parameterUpdate,
                        replica,
                        collective);
            default ->
                throw new IllegalArgumentException("the step loop has no mode "
                        + plan.synchronization().mode().label());
        };
    }
}
