package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import io.batchscope.units.BatchTrajectory;
import org.jspecify.annotations.Nullable;

/** As the plan says, update by update. */
final class PlannedPacing implements Pacing {
    private final RunPlan plan;
    private final BatchTrajectory trajectory;
    private long next;

    PlannedPacing(RunPlan plan) {
        this.plan = plan;
        this.trajectory = plan.geometry();
    }

    @Override
    public BatchTrajectory trajectory() {
        return trajectory;
    }

    @Override
    public double progress() {
        return next;
    }

    @Override
    public double progressAfterUpdate() {
        return next + 1.0;
    }

    @Override
    public double rate(long step) {
        return plan.schedule().rateAt(step);
    }

    @Override
    public boolean isLast(long step) {
        return step + 1 >= plan.plannedSteps();
    }

    @Override
    public boolean done(long step, @Nullable NoiseSample squares) {
        next = step + 1;
        return false;
    }

    @Override
    public void restore(long steps, double[] numbers) {
        next = steps;
    }
}
