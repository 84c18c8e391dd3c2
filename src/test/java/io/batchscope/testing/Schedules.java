package io.batchscope.testing;

import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.schedule.LearningRateSchedule.Constant;
import io.batchscope.schedule.LearningRateSchedule.ConstantWarmup;
import io.batchscope.schedule.LearningRateSchedule.Cosine;
import io.batchscope.schedule.LearningRateSchedule.Exponential;
import io.batchscope.schedule.LearningRateSchedule.ExponentialWarmup;
import io.batchscope.schedule.LearningRateSchedule.Joined;
import io.batchscope.schedule.LearningRateSchedule.LinearWarmup;
import io.batchscope.schedule.LearningRateSchedule.OneMinusSqrt;
import io.batchscope.schedule.LearningRateSchedule.Polynomial;
import io.batchscope.schedule.LearningRateSchedule.StepDecay;
import io.batchscope.schedule.LearningRateSchedule.Stretched;
import io.batchscope.schedule.LearningRateSchedule.Stretched.Stretch;
import java.util.List;

/** Schedules of every kind for runs of 23 updates or more, whose rates differ from update to update. */
public final class Schedules {
    private Schedules() {}

    /** Each kind of warmup and of decay in one of them at least. */
    public static List<LearningRateSchedule> all() {
        return List.of(
                new Joined(new LinearWarmup(0.001, 0.02, 5), 5, new Cosine(0.02, 0, 18)),
                new Joined(
                        new ExponentialWarmup(0.001, 0.02, 6),
                        6,
                        new Joined(new Constant(0.02), 9, new OneMinusSqrt(0.02, 0.001, 8))),
                new Joined(new ConstantWarmup(0.004, 0.02, 3), 3, new StepDecay(0.02, List.of(7L, 12L), 0.1)),
                new Joined(new Polynomial(0.02, 0.005, 12, 2), 12, new Exponential(0.005, 0.0001, 11)),
                new Stretched(
                        new Cosine(0.02, 0, 40), List.of(new Stretch(0, 0, 1, 1), new Stretch(10, 10, 2.5, 1.5))));
    }
}
