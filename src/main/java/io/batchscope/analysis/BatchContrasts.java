package io.batchscope.analysis;

import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one variant of a study ({@link Variants}) measured in the end at each batch size, tested against the smallest batch size
 * at which it has a run that neither diverged nor failed; of such runs alone.
 *
 * <p>Each measure of each variant is a family of tests of its own ({@link Contrast}): what variants and measures there are
 * besides changes no p-value.
 */
public final class BatchContrasts {
    /** Words that a share of 1 has in its metric's name. */
    private static final List<String> SHARES = List.of("accuracy", "share", "calibration", "confidence");

    private static final Map<String, Function<RunRecord, @Nullable Double>> COLUMNS = columns();

    private final Variant variant;
    private final List<RunRecord> runs;
    private final List<ProbeRecord> probes;
    private final long reference;

    private BatchContrasts(Variant variant, List<RunRecord> settled, List<ProbeRecord> probes) {
        Set<String> ids = settled.stream().map(RunRecord::runId).collect(Collectors.toSet());
        this.variant = variant;
        this.runs = settled;
        this.probes = probes.stream().filter(row -> ids.contains(row.runId())).toList();
        this.reference = settled.stream().mapToLong(RunRecord::batchSize).min().orElseThrow();
    }

    private static Map<String, Function<RunRecord, @Nullable Double>> columns() {
        Map<String, Function<RunRecord, @Nullable Double>> columns = new LinkedHashMap<>();
        columns.put("train_loss", RunRecord::trainLoss);
        columns.put("validation_loss", RunRecord::validationLoss);
        columns.put("test_loss", RunRecord::testLoss);
        columns.put("gap_loss", RunRecord::gapLoss);
        columns.put("train_accuracy", RunRecord::trainAccuracy);
        columns.put("validation_accuracy", RunRecord::validationAccuracy);
        columns.put("test_accuracy", RunRecord::testAccuracy);
        columns.put("gap_accuracy", RunRecord::gapAccuracy);
        return columns;
    }

    /** One for each variant that has a run which neither diverged nor failed, the reference first. */
    public static List<BatchContrasts> of(StudyTables tables) {
        Variants variants = Variants.of(tables.runs());
        List<BatchContrasts> all = new ArrayList<>();
        for (Variant variant : variants.ordered()) {
            StudyTables rows = variants.of(variant, tables);
            List<RunRecord> settled =
                    rows.runs().stream().filter(BatchSummary::isSettled).toList();
            if (!settled.isEmpty()) {
                all.add(new BatchContrasts(variant, settled, rows.probes()));
            }
        }
        return List.copyOf(all);
    }

    /** Whose runs these are. */
    public Variant variant() {
        return variant;
    }

    /** The batch size that all others are held against. */
    public long reference() {
        return reference;
    }

    /** Losses, accuracies and gaps, as far as they were measured; none where there is one batch size. */
    public List<Contrast> ofRuns() {
        if (runs.stream().map(RunRecord::batchSize).distinct().count() < 2) {
            return List.of();
        }
        List<Contrast> contrasts = new ArrayList<>();
        COLUMNS.forEach((name, column) -> contrasts.add(contrast(name, bySeed(runs, column))));
        return contrasts.stream().filter(Contrast::isMeasured).toList();
    }

    /**
     * All metrics of a probe, in the order in which they were measured; none where it was not done.
     *
     * @param probe its word in the table {@code probes}
     */
    public List<Contrast> ofProbe(String probe) {
        List<ProbeRecord> rows =
                probes.stream().filter(row -> row.probe().equals(probe)).toList();
        return rows.stream().map(ProbeRecord::metric).collect(Collectors.toCollection(LinkedHashSet::new)).stream()
                .map(metric -> contrast(
                        metric,
                        bySeed(rows.stream()
                                .filter(row -> row.metric().equals(metric))
                                .toList())))
                .toList();
    }

    private Contrast contrast(String measure, SortedMap<Long, Map<Long, Double>> values) {
        boolean share = SHARES.stream().anyMatch(measure::contains);
        return Contrast.of(measure, share, reference, values);
    }

    private static SortedMap<Long, Map<Long, Double>> bySeed(
            List<RunRecord> runs, Function<RunRecord, @Nullable Double> column) {
        SortedMap<Long, Map<Long, Double>> values = new TreeMap<>();
        runs.stream()
                .collect(Collectors.groupingBy(RunRecord::batchSize))
                .forEach((batch, there) -> values.put(batch, PairedComparison.bySeed(there, column)));
        return values;
    }

    private static SortedMap<Long, Map<Long, Double>> bySeed(List<ProbeRecord> rows) {
        return rows.stream()
                .collect(Collectors.groupingBy(
                        ProbeRecord::batchSize,
                        TreeMap::new,
                        Collectors.groupingBy(ProbeRecord::seed, Collectors.averagingDouble(ProbeRecord::value))));
    }
}
