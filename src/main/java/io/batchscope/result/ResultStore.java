package io.batchscope.result;

import java.util.List;
import java.util.Set;

/** A results directory. A run's rows appear together or not at all. */
public interface ResultStore {
    /** Ids of the runs that ended in any outcome but {@link Outcome.Failed}. */
    Set<String> finishedRuns();

    /** Writes the rows of one run; replaces rows of the same run (a failed one, done again). Safe to call from several threads. */
    void write(RunResult result);

    /** Everything written so far. */
    StudyTables read();

    /** Replaces the findings. */
    void writeFindings(List<FindingRecord> findings);

    /** The findings as last written. */
    List<FindingRecord> readFindings();

    /** Gathers the rows of all runs in few files; {@link #read} gives the same before and after. */
    void compact();
}
