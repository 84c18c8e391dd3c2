package io.batchscope.analysis;

import io.batchscope.analysis.Ranking.Place;
import io.batchscope.result.RunRecord;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a recommendation is chosen from: batch sizes of all variants all of whose runs ended regularly.
 *
 * @param runs with tuned rates
 * @param quality what good means; null where nothing was measured
 * @param arrived those all of whose runs reached the target
 * @param fastest of these by seconds to the target
 * @param cheapest of these by worker-seconds
 * @param best by quality
 * @param stopped whether runs were stopped at the target, so that quality says nothing
 */
record Candidates(
        StudySummary summary,
        List<RunRecord> runs,
        @Nullable Quality quality,
        List<VariantSummary> arrived,
        Ranking fastest,
        Ranking cheapest,
        Ranking best,
        boolean stopped) {
    static Candidates of(StudySummary summary, List<RunRecord> runs) {
        Quality quality = Quality.ofChoice(
                        summary.byVariant().stream().map(VariantSummary::batch).toList())
                .orElse(null);
        List<VariantSummary> settled =
                summary.byVariant().stream().filter(VariantSummary::allSettled).toList();
        List<VariantSummary> arrived = settled.stream()
                .filter(group -> group.batch().arrived() == group.batch().runs())
                .toList();
        return new Candidates(
                summary,
                runs,
                quality,
                arrived,
                byTime(summary, runs, arrived, run -> times(run.secondsToTarget(), 1)),
                byTime(summary, runs, arrived, run -> times(run.secondsToTarget(), run.workers())),
                Ranking.apart(values(summary, runs, settled, run -> badness(quality, run))),
                summary.outcomes().containsKey("ReachedTarget"));
    }

    private static @Nullable Double times(@Nullable Double seconds, int workers) {
        return seconds == null ? null : (Double) (seconds * workers);
    }

    private static @Nullable Double badness(@Nullable Quality quality, RunRecord run) {
        Double value = quality == null ? null : quality.column(run);
        return value == null || quality == null || !quality.isAccuracy() ? value : (Double) (-value);
    }

    /** By their training time. */
    Ranking byTrainingTime(List<VariantSummary> groups) {
        return byTime(summary, runs, groups, RunRecord::trainSeconds);
    }

    /** Spreads of times are alike in ratios. */
    private static Ranking byTime(
            StudySummary summary,
            List<RunRecord> runs,
            List<VariantSummary> groups,
            Function<RunRecord, @Nullable Double> column) {
        return Ranking.together(values(summary, runs, groups, run -> {
            Double seconds = column.apply(run);
            return seconds == null || !(seconds > 0) ? null : (Double) Math.log(seconds);
        }));
    }

    /** A column of the groups' runs; groups are left out of which a run does not have it. */
    private static Map<VariantSummary, List<Double>> values(
            StudySummary summary,
            List<RunRecord> runs,
            List<VariantSummary> groups,
            Function<RunRecord, @Nullable Double> column) {
        Map<VariantSummary, List<Double>> values = new LinkedHashMap<>();
        for (VariantSummary group : groups) {
            List<RunRecord> own = runs(summary, runs, group).toList();
            List<Double> known = own.stream()
                    .<@Nullable Double>map(column)
                    .filter(Objects::nonNull)
                    .map(Double::valueOf)
                    .toList();
            if (known.size() == own.size()) {
                values.put(group, known);
            }
        }
        return values;
    }

    private static Stream<RunRecord> runs(StudySummary summary, List<RunRecord> runs, VariantSummary group) {
        return runs.stream()
                .filter(run -> run.batchSize() == group.batch().batchSize()
                        && summary.variants().of(run.runId()).equals(group.variant()));
    }

    /** One of a group's runs. */
    RunRecord run(VariantSummary group) {
        return runs(summary, runs, group).findFirst().orElseThrow();
    }

    /** Those whose quality is not shown to be below the best; all that arrived where runs end at the target. */
    List<VariantSummary> good() {
        if (stopped || best.isEmpty()) {
            return arrived;
        }
        List<VariantSummary> good = new ArrayList<>(List.of(best.first().group()));
        best.near().stream().map(Place::group).forEach(good::add);
        return good;
    }

    /** Whether some of these runs were ended by their time. */
    boolean wereCut(List<VariantSummary> groups) {
        return groups.stream().anyMatch(group -> group.batch().outcomes().containsKey("BudgetExhausted"));
    }

    /** {@code validation accuracy}. */
    String qualityWords() {
        return quality == null ? "quality" : quality.words();
    }
}
