package io.batchscope.analysis;

import io.batchscope.law.GoalTime;
import io.batchscope.law.UpdateTime;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.StatUtils;
import org.jspecify.annotations.Nullable;

/**
 * What updates of one batch size take on a number of workers, and in how many seconds they reach the target, measured and by the laws.
 *
 * @param updateSeconds median over the runs at whatever rate, of each its median update ({@link StepSeconds})
 * @param update law of the time of an update; null where it cannot be fitted
 * @param target law of the time to the target; null where one of its parts cannot be fitted
 * @param secondsToTarget of the runs with tuned rates that arrived; null where none did
 */
public record TimeRow(
        long batchSize,
        int workers,
        double updateSeconds,
        @Nullable UpdateTime update,
        @Nullable GoalTime target,
        @Nullable Estimate secondsToTarget) {
    private static final int MEDIAN = 50;

    private record Place(int workers, long batchSize) {}

    /** Of one variant: by number of workers, then by batch size. */
    static List<TimeRow> of(VariantLaws laws, StudyTables tuned, StudyTables all) {
        Map<String, Double> seconds = StepSeconds.byRun(all);
        Map<Place, List<Double>> measured = all.runs().stream()
                .filter(run -> seconds.containsKey(run.runId()) && GoalArrivals.hasBatchSize(run))
                .collect(Collectors.groupingBy(
                        TimeRow::place, Collectors.mapping(run -> seconds.get(run.runId()), Collectors.toList())));
        Map<Place, List<RunRecord>> arrived = tuned.runs().stream()
                .filter(run -> run.secondsToTarget() != null && GoalArrivals.hasBatchSize(run))
                .collect(Collectors.groupingBy(TimeRow::place));
        List<TimeRow> rows = new ArrayList<>();
        measured.forEach((place, medians) -> rows.add(new TimeRow(
                place.batchSize,
                place.workers,
                StatUtils.percentile(
                        medians.stream().mapToDouble(Double::doubleValue).toArray(), MEDIAN),
                updateTime(laws, place.workers),
                goalTime(laws, place.workers),
                Estimate.over(arrived.getOrDefault(place, List.of()), RunRecord::secondsToTarget))));
        rows.sort(Comparator.comparingInt(TimeRow::workers).thenComparingLong(TimeRow::batchSize));
        return rows;
    }

    private static Place place(RunRecord run) {
        return new Place(run.workers(), run.batchSize());
    }

    private static @Nullable UpdateTime updateTime(VariantLaws laws, int workers) {
        UpdateTimes.Fit fit = laws.times().byWorkers().get(workers);
        return fit == null ? null : fit.law();
    }

    private static @Nullable GoalTime goalTime(VariantLaws laws, int workers) {
        return laws.goalTimes().stream()
                .map(VariantLaws.OnWorkers::time)
                .filter(time -> time.workers() == workers)
                .findFirst()
                .orElse(null);
    }

    /** Examples a second in a median update. */
    public double throughput() {
        return batchSize / updateSeconds;
    }

    /** Seconds of an update by the law; null without one. */
    public @Nullable Double updateSecondsByLaw() {
        return update == null ? null : (Double) update.seconds((double) batchSize / workers);
    }

    /** The share of an update's time that goes into its examples, by the law; null without one. */
    public @Nullable Double utilisation() {
        return update == null ? null : (Double) update.utilisation((double) batchSize / workers);
    }

    /** {@link GoalTime#goodput}; null without a law, and where it shows no fewest examples. */
    public @Nullable Double goodput() {
        return target == null || !(target.goal().minimumExamples() > 0) ? null : (Double) target.goodput(batchSize);
    }

    /** Seconds to the target by the laws; null without them. */
    public @Nullable Double secondsByLaw() {
        return target == null ? null : (Double) target.seconds(batchSize);
    }
}
