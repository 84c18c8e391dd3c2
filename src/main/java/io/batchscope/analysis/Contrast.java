package io.batchscope.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * One measure at all batch sizes, each tested against the reference batch size, seed by seed ({@link PairedTest}).
 *
 * @param measure its name, as in a column of {@code runs} or {@code metric} of {@code probes}
 * @param share whether it is a share of 1, such as an accuracy; otherwise a loss
 * @param reference batch size
 * @param rows ascending in batch size
 */
public record Contrast(String measure, boolean share, long reference, List<Row> rows) {
    public Contrast {
        rows = List.copyOf(rows);
    }

    /**
     * One batch size.
     *
     * @param value over its seeds; null where not measured
     * @param difference from the reference over the common seeds; null for the reference itself and without a common seed,
     *     without interval with one
     * @param pValue of the paired t-test; null unless there are two common seeds
     * @param adjustedPValue after Holm, over all of the measure's tests
     */
    public record Row(
            long batchSize,
            @Nullable Estimate value,
            @Nullable Estimate difference,
            @Nullable Double pValue,
            @Nullable Double adjustedPValue) {}

    /** @param byBatch values by batch size and seed */
    static Contrast of(String measure, boolean share, long reference, SortedMap<Long, Map<Long, Double>> byBatch) {
        Map<Long, Double> theirs = byBatch.getOrDefault(reference, Map.of());
        List<Long> others =
                byBatch.keySet().stream().filter(batch -> batch != reference).toList();
        List<PairedTest> tests = others.stream()
                .map(batch -> PairedTest.of(byBatch.getOrDefault(batch, Map.of()), theirs))
                .toList();
        List<Double> adjusted = new ArrayList<>(PairedTest.holm(
                tests.stream().map(PairedTest::pValue).filter(Objects::nonNull).toList()));
        List<Row> rows = new ArrayList<>();
        byBatch.forEach((batch, values) -> {
            Estimate value = Estimate.of(new ArrayList<>(values.values()));
            int place = others.indexOf(batch);
            PairedTest test = place < 0 ? new PairedTest(null, null) : tests.get(place);
            // In the order of those that have one.
            Double holm = test.pValue() == null ? null : adjusted.remove(0);
            rows.add(new Row(batch, value, test.difference(), test.pValue(), holm));
        });
        return new Contrast(measure, share, reference, rows);
    }

    /** How many tests were done. */
    public int tests() {
        return Math.toIntExact(rows.stream().filter(row -> row.pValue() != null).count());
    }

    /** Whether anything was measured. */
    boolean isMeasured() {
        return rows.stream().anyMatch(row -> row.value() != null);
    }

    /** {@code 0.42 points}, or a loss. */
    public String text(double difference) {
        return share ? NumberText.fixed(difference * 100, 2) + " points" : NumberText.significant(difference);
    }
}
