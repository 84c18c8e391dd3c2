package io.batchscope.result;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What {@code status.json} says of a study, for pipelines that wait for it.
 *
 * @param state where the study is
 * @param counts of its runs
 * @param exitCode of the command; null while it runs
 * @param startedAt when this command began, not the first one that worked on the study
 * @param updatedAt when this was written
 * @param message one sentence for people
 */
public record StudyStatus(
        State state, Counts counts, @Nullable Integer exitCode, Instant startedAt, Instant updatedAt, String message) {
    /** Where a study is. */
    public enum State {
        /** At work. */
        RUNNING,
        /** Every planned run ended, none failed. */
        SUCCEEDED,
        /** Ended, but some run failed. */
        PARTIAL,
        /** Could not be carried out. */
        FAILED,
        /** Stopped before its end; the same command goes on from there. */
        INTERRUPTED
    }

    /**
     * How the planned runs stand, those of earlier commands included.
     *
     * @param planned runs of the study
     * @param done completed, at the target or at the end of their budget
     * @param diverged ended in divergence, which is a result
     * @param failed could not be carried out when last tried
     */
    public record Counts(int planned, int done, int diverged, int failed) {
        /** Runs that have no outcome yet. */
        public int remaining() {
            return planned - done - diverged - failed;
        }

        /** One more run that ended so; {@code outcome} is an {@link Outcome#label}. */
        public Counts plus(String outcome) {
            return switch (outcome) {
                case "Diverged" -> new Counts(planned, done, diverged + 1, failed);
                case "Failed" -> new Counts(planned, done, diverged, failed + 1);
                default -> new Counts(planned, done + 1, diverged, failed);
            };
        }
    }
}
