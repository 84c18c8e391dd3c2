package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.Optional;

/**
 * Says in a finding's sentence of which variant it is, where the study has several, and at which tuned rate, where rates were
 * searched for.
 *
 * @param variant whose runs the findings are of
 */
record Attribution(StudySummary summary, Variant variant) {
    FindingRecord of(FindingRecord finding) {
        String detail = atRate(finding);
        return new FindingRecord(
                finding.study(),
                finding.finding(),
                finding.batchSize(),
                finding.value(),
                finding.low(),
                finding.high(),
                finding.unit(),
                summary.hasVariants() ? variant.saying(detail) : detail);
    }

    /** What is said of a batch size is said of its tuned rate. */
    private String atRate(FindingRecord finding) {
        return Optional.ofNullable(finding.batchSize())
                .flatMap(batch -> summary.searches().at(variant, batch))
                .map(search -> finding.detail().replaceFirst("\\.$", "") + "; tuned rate there "
                        + search.tuned().name() + ".")
                .orElse(finding.detail());
    }
}
