package io.batchscope.plan;

import io.batchscope.units.EpochGeometry;
import io.batchscope.units.Span;

/** A way to synchronise as a person asks for it. */
public sealed interface SyncModeConfig {
    /** Which mode it is. */
    SyncMode mode();

    /**
     * With durations in updates.
     *
     * @param geometry of the run
     * @param steps the run's planned updates
     */
    Synchronization resolve(EpochGeometry geometry, long steps);

    /** Mode and settings in a few words, durations as they were asked for. */
    String describe();

    /** One without durations. */
    record Resolved(Synchronization synchronization) implements SyncModeConfig {
        @Override
        public SyncMode mode() {
            return synchronization.mode();
        }

        @Override
        public Synchronization resolve(EpochGeometry geometry, long steps) {
            return synchronization;
        }

        @Override
        public String describe() {
            return synchronization.describe();
        }
    }

    /**
     * Parameter averaging.
     *
     * @param every between two averagings
     * @param after the run begins exactly for so long
     */
    record ParameterAveraging(Span every, Span after) implements SyncModeConfig {
        @Override
        public SyncMode mode() {
            return SyncMode.PARAMETER_AVERAGING;
        }

        @Override
        public Synchronization resolve(EpochGeometry geometry, long steps) {
            return new Synchronization.ParameterAveraging(
                    everySteps(every, geometry, steps), Math.min(steps, after.toSteps(geometry, steps)));
        }

        @Override
        public String describe() {
            return mode().label() + ", every " + every + (after.value() == 0 ? "" : " after " + after);
        }
    }

    /**
     * Deeplearning4j's parameter averaging.
     *
     * @param every between two averagings
     */
    record Dl4jParameterAveraging(Span every) implements SyncModeConfig {
        @Override
        public SyncMode mode() {
            return SyncMode.DL4J_PARAMETER_AVERAGING;
        }

        @Override
        public Synchronization resolve(EpochGeometry geometry, long steps) {
            return new Synchronization.Dl4jParameterAveraging(everySteps(every, geometry, steps));
        }

        @Override
        public String describe() {
            return mode().label() + ", every " + every;
        }
    }

    private static long everySteps(Span every, EpochGeometry geometry, long steps) {
        return Math.max(1, Math.min(steps, every.toSteps(geometry, steps)));
    }
}
