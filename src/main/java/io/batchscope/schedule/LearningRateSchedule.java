package io.batchscope.schedule;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The learning rate as a pure function of completed optimizer updates. Schedules are records: they can be printed,
 * compared and stored, and they hold rates that are already scaled and lengths that are already in updates.
 */
public sealed interface LearningRateSchedule extends Serializable {
    /** The rate that update number {@code update} (from 0) uses. Past the schedule's end: its last rate. */
    double rateAt(long update);

    /** One short line for people and for the {@code schedule} column. */
    String describe();

    /** The same rate for ever. */
    record Constant(double rate) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            return rate;
        }

        @Override
        public String describe() {
            return "constant";
        }
    }

    /**
     * Gradual warmup: a constant increment per update from {@code from} to {@code to}, which it reaches at update
     * {@code steps} (Goyal et al. 2017, section 2.2).
     */
    record LinearWarmup(double from, double to, long steps) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            return update >= steps ? to : from + (to - from) * ((double) update / steps);
        }

        @Override
        public String describe() {
            return "linear warmup " + steps + " steps";
        }
    }

    /**
     * Warmup by a constant factor per update, from {@code from} (above 0) to {@code to}, which it reaches at update {@code
     * steps}.
     */
    record ExponentialWarmup(double from, double to, long steps) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            return update >= steps ? to : from * Math.pow(to / from, (double) update / steps);
        }

        @Override
        public String describe() {
            return "exponential warmup " + steps + " steps";
        }
    }

    /** Warmup at a constant, lower rate (Goyal et al. 2017, section 2.2): for {@code steps} updates, then {@code to}. */
    record ConstantWarmup(double from, double to, long steps) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            return update >= steps ? to : from;
        }

        @Override
        public String describe() {
            return "constant warmup " + steps + " steps";
        }
    }

    /** Multiplies the rate by {@code factor} at every milestone (in updates, ascending). */
    record StepDecay(double rate, List<Long> milestones, double factor) implements LearningRateSchedule {
        public StepDecay {
            milestones = List.copyOf(milestones);
            for (int i = 1; i < milestones.size(); i++) {
                if (milestones.get(i) < milestones.get(i - 1)) {
                    throw new IllegalArgumentException("milestones must ascend, but are " + milestones);
                }
            }
        }

        @Override
        public double rateAt(long update) {
            return rate
                    * Math.pow(
                            factor, milestones.stream().filter(m -> m <= update).count());
        }

        @Override
        public String describe() {
            return milestones.stream()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", ", "step ×" + factor + " at ", ""));
        }
    }

    /** rate · (1 − t/steps)^power + end · (1 − (1 − t/steps)^power). */
    record Polynomial(double rate, double end, long steps, double power) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            double left = 1 - Math.min(1, (double) update / steps);
            return end + (rate - end) * Math.pow(left, power);
        }

        @Override
        public String describe() {
            return String.format(Locale.ROOT, "polynomial power %s over %d steps", power, steps);
        }
    }

    /** Half a cosine from {@code rate} to {@code end} (Loshchilov and Hutter 2017, equation 5, without restarts). */
    record Cosine(double rate, double end, long steps) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            double done = Math.min(1, (double) update / steps);
            return end + (rate - end) * 0.5 * (1 + Math.cos(Math.PI * done));
        }

        @Override
        public String describe() {
            return "cosine over " + steps + " steps";
        }
    }

    /** A constant factor per update, from {@code rate} to {@code end} (above 0) at update {@code steps}. */
    record Exponential(double rate, double end, long steps) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            return rate * Math.pow(end / rate, Math.min(1, (double) update / steps));
        }

        @Override
        public String describe() {
            return "exponential over " + steps + " steps";
        }
    }

    /** end + (rate − end) · (1 − √(t/steps)) (Hägele et al. 2024, section 3). */
    record OneMinusSqrt(double rate, double end, long steps) implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            double done = Math.min(1, (double) update / steps);
            return end + (rate - end) * (1 - Math.sqrt(done));
        }

        @Override
        public String describe() {
            return "1 − √ over " + steps + " steps";
        }
    }

    /** {@code first} for updates before {@code boundary}, then {@code second}, which counts from the boundary. */
    record Joined(LearningRateSchedule first, long boundary, LearningRateSchedule second)
            implements LearningRateSchedule {
        @Override
        public double rateAt(long update) {
            return update < boundary ? first.rateAt(update) : second.rateAt(update - boundary);
        }

        @Override
        public String describe() {
            return first.describe() + ", then " + second.describe();
        }
    }

    /**
     * Another schedule, gone through at a speed of its own and multiplied, which both change at some updates: for a run whose
     * batch grows as planned.
     *
     * @param stretches in ascending order of their first updates, the first from 0
     */
    record Stretched(LearningRateSchedule schedule, List<Stretch> stretches) implements LearningRateSchedule {
        private static final double ROUNDING = 1e-9;

        /**
         * Updates from {@code fromUpdate} on.
         *
         * @param fromProgress where in the schedule the first of them is
         * @param perUpdate by how much an update advances in it, above 0
         * @param factor what its rate is multiplied by
         */
        public record Stretch(long fromUpdate, double fromProgress, double perUpdate, double factor)
                implements Serializable {}

        public Stretched {
            stretches = List.copyOf(stretches);
        }

        @Override
        public double rateAt(long update) {
            Stretch at = stretches.get(0);
            for (Stretch stretch : stretches) {
                if (stretch.fromUpdate() <= update) {
                    at = stretch;
                }
            }
            double progress = at.fromProgress() + (update - at.fromUpdate()) * at.perUpdate();
            return at.factor() * schedule.rateAt((long) Math.floor(progress));
        }

        @Override
        public String describe() {
            StringBuilder text = new StringBuilder(schedule.describe());
            if (stretches.stream().anyMatch(stretch -> stretch.perUpdate() != 1)) {
                text.append(" of the first batch");
            }
            double factor = 1;
            for (Stretch stretch : stretches) {
                if (Math.abs(stretch.factor() - factor) > ROUNDING * factor) {
                    text.append(String.format(
                            Locale.ROOT, ", × %.4g from step %d", stretch.factor(), stretch.fromUpdate()));
                    factor = stretch.factor();
                }
            }
            return text.toString();
        }
    }
}
