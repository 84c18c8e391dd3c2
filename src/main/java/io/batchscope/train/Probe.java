package io.batchscope.train;

import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures something about a trained network, once, when its run has ended. Every rank calls it at the same time, each with
 * its own part of the data; what it says is the same on all of them, and the same for any number of them but for rounding. It
 * changes nothing but the replica's parameters, which the caller puts back.
 */
public interface Probe {
    /** Which one; the name of its rows. */
    ProbeKind kind();

    /** Measures; a number that is not finite is left out of the tables. */
    List<Measurement> measure(Trained trained);

    /**
     * A trained network as one rank has it.
     *
     * @param data all that the rank holds
     * @param replica with the last parameters
     * @param parameters these; not to be changed
     * @param evaluator measures the replica over all ranks
     */
    record Trained(
            RunPlan plan,
            RankData data,
            Replica replica,
            Parameters parameters,
            Collective collective,
            Evaluator evaluator) {}

    /**
     * One number.
     *
     * @param metric its name, distinct within the probe
     * @param uncertainty its standard error; null where there is none or it is not known
     * @param settings how it was measured, as JSON
     */
    record Measurement(String metric, double value, @Nullable Double uncertainty, String settings) {}
}
