package io.batchscope.result;

import java.io.Serializable;

/** How a run ended. Divergence is a result, not an error. */
public sealed interface Outcome extends Serializable {
    /** The word in the {@code outcome} column. */
    default String label() {
        return getClass().getSimpleName();
    }

    /** What the {@code outcome_detail} column says beside the word; empty if nothing. */
    default String detail() {
        return "";
    }

    /** All planned updates were done. */
    record Completed() implements Outcome {}

    /** The target was passed and the run was told to stop there. */
    record ReachedTarget(long step) implements Outcome {
        @Override
        public String detail() {
            return "at step " + step;
        }
    }

    /** The loss left the finite or the sane range at this update (counted from 1). */
    record Diverged(long step, double loss) implements Outcome {
        @Override
        public String detail() {
            return "at step " + step + ", loss " + loss;
        }
    }

    /** The safety stop on seconds ended it. */
    record BudgetExhausted(long step, double seconds) implements Outcome {
        @Override
        public String detail() {
            return "at step " + step + " after " + seconds + " s";
        }
    }

    /** It could not be carried out. */
    record Failed(String cause) implements Outcome {
        @Override
        public String detail() {
            return cause;
        }
    }
}
