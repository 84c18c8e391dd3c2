package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import java.util.List;

/** Every update follows the mean gradient of the whole global batch, summed over the ranks: they always agree. */
final class ExactSynchronizer implements Synchronizer {
    private final GlobalGradient gradient;
    private final ParameterUpdate parameterUpdate;

    ExactSynchronizer(
            RunPlan plan,
            Pacing pacing,
            Feeder feeder,
            ParameterUpdate parameterUpdate,
            Replica replica,
            Collective collective) {
        this.gradient = new GlobalGradient(plan, pacing, feeder, replica, collective);
        this.parameterUpdate = parameterUpdate;
    }

    @Override
    public Agreement update(long step, double rate, Votes votes, Wanted wanted, StepTimes times)
            throws InterruptedException {
        gradient.compute(step, votes.stop(), wanted.noise(), times);
        Double norm = wanted.norms() ? gradient.norm() : null;
        NoiseSample squares = gradient.squares();
        Double change = parameterUpdate.apply(gradient.mean(), rate, step, wanted.norms());
        return new Agreement(
                List.of(gradient.loss()),
                norm,
                change,
                null,
                null,
                null,
                squares,
                gradient.stopWanted(),
                votes.checkpoint());
    }

    /** Where the mean gradient is computed, {@code parameterCount} elements and more: between two updates it is free. */
    float[] vector() {
        return gradient.mean();
    }
}
