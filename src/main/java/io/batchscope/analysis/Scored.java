package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A batch size and what was measured there. */
record Scored(BatchSummary batch, Estimate estimate) {
    /** The batch sizes that have the measurement, ascending. */
    static List<Scored> by(List<BatchSummary> batches, Function<BatchSummary, @Nullable Estimate> column) {
        return batches.stream()
                .flatMap(batch -> {
                    Estimate estimate = column.apply(batch);
                    return estimate == null ? Stream.empty() : Stream.of(new Scored(batch, estimate));
                })
                .toList();
    }

    /** The finding that this is. */
    FindingRecord finding(String study, String finding, String unit, String detail) {
        return new FindingRecord(
                study, finding, batch.batchSize(), estimate.mean(), estimate.low(), estimate.high(), unit, detail);
    }

    double mean() {
        return estimate.mean();
    }

    /** {@code batch 4,096}. */
    String name() {
        return "batch " + NumberText.count(batch.batchSize());
    }
}
