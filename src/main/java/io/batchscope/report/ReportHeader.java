package io.batchscope.report;

import io.batchscope.result.Provenance;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a report says of the study as a whole, beside its tables.
 *
 * @param writtenAt when the report is written
 * @param state RUNNING, SUCCEEDED, PARTIAL or FAILED; null if not known
 * @param plannedRuns runs of the plan; null if not known
 * @param provenance of the study; shown where no run says it
 */
public record ReportHeader(
        String study,
        Instant writtenAt,
        @Nullable String state,
        @Nullable Integer plannedRuns,
        @Nullable Provenance provenance) {}
