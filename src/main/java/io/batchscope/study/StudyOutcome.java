package io.batchscope.study;

import io.batchscope.result.StudyStatus;

/**
 * How a study ended.
 *
 * @param counts of all planned runs, those of earlier calls included
 * @param trained runs this call trained to an outcome and wrote
 * @param stopped whether it was told to stop before its end
 */
public record StudyOutcome(StudyStatus.Counts counts, int trained, boolean stopped) {
    /** Whether everything had been done before. */
    public boolean nothingToDo() {
        return trained == 0 && !stopped;
    }

    /** Exit code of the command: 0 done, 5 some run failed, 130 interrupted. */
    public int exitCode() {
        return stopped ? 130 : counts.failed() > 0 ? 5 : 0;
    }

    /** What {@code status.json} says. */
    public StudyStatus.State state() {
        return stopped
                ? StudyStatus.State.INTERRUPTED
                : counts.failed() > 0 ? StudyStatus.State.PARTIAL : StudyStatus.State.SUCCEEDED;
    }
}
