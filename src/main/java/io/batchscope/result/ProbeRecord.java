package io.batchscope.result;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code probes}.
 *
 * @param settings how it was measured, as JSON
 */
public record ProbeRecord(
        String study,
        String runId,
        long batchSize,
        long seed,
        long step,
        String probe,
        String metric,
        double value,
        @Nullable Double uncertainty,
        String settings)
        implements Serializable {}
