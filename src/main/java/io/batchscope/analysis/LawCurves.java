package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.law.Drawings;
import io.batchscope.law.Interval;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The laws of one variant as curves over the batch sizes tried, with the runs that they were fitted to.
 *
 * @param arrivals runs on their way to the target; none where none reached one
 * @param steps updates to the target; none where the law cannot be fitted
 * @param runs how long updates and the way to the target took
 * @param byWorkers one for each number of workers of which the time of an update is known
 */
public record LawCurves(List<Arrival> arrivals, List<Point> steps, List<Run> runs, List<OnWorkers> byWorkers) {
    /** Without anything to draw. */
    public static final LawCurves NONE = new LawCurves(List.of(), List.of(), List.of(), List.of());

    private static final int POINTS = 60;

    /**
     * Of a curve.
     *
     * @param value by the law
     * @param low lower end of the 95 % interval of the law there
     * @param high upper end
     */
    public record Point(double batchSize, double value, double low, double high) {}

    /**
     * A run, at whatever rate.
     *
     * @param updateSeconds of its median update; null where it is not known
     * @param secondsToTarget null where it did not arrive, and of a run with another rate than the tuned one
     */
    public record Run(long batchSize, int workers, @Nullable Double updateSeconds, @Nullable Double secondsToTarget) {}

    /**
     * On a number of workers.
     *
     * @param update seconds of an update
     * @param halfUtilisation batch size at which half of an update's time goes into its examples; infinite, 0 or NaN where it
     *     is not known
     * @param seconds to the target; none where its law is not known
     * @param bestBatchSize with the fewest of these seconds; infinite, 0 or NaN where it is not known
     * @param flat batch sizes that take at most 10 % longer; an end is infinite or NaN where it is not known
     */
    public record OnWorkers(
            int workers,
            List<Point> update,
            double halfUtilisation,
            List<Point> seconds,
            double bestBatchSize,
            Interval flat) {
        public OnWorkers {
            update = List.copyOf(update);
            seconds = List.copyOf(seconds);
        }
    }

    public LawCurves {
        arrivals = List.copyOf(arrivals);
        steps = List.copyOf(steps);
        runs = List.copyOf(runs);
        byWorkers = List.copyOf(byWorkers);
    }

    static LawCurves of(VariantLaws laws, StudyTables tuned, StudyTables all) {
        List<Run> runs = runs(tuned, all);
        GoalLaw goal = laws.goal();
        return new LawCurves(
                laws.arrivals(),
                goal == null
                        ? List.of()
                        : curve(goal.batchSizes(), goal.law(), goal.drawn(), (law, batch) -> law.steps(batch)),
                runs,
                laws.times().byWorkers().values().stream()
                        .map(fit -> onWorkers(laws, fit, runs))
                        .toList());
    }

    private static List<Run> runs(StudyTables tuned, StudyTables all) {
        Map<String, Double> seconds = StepSeconds.byRun(all);
        Set<String> compared = tuned.runs().stream().map(RunRecord::runId).collect(Collectors.toSet());
        return all.runs().stream()
                .filter(GoalArrivals::hasBatchSize)
                .map(run -> new Run(
                        run.batchSize(),
                        run.workers(),
                        seconds.get(run.runId()),
                        compared.contains(run.runId()) ? run.secondsToTarget() : null))
                .toList();
    }

    private static OnWorkers onWorkers(VariantLaws laws, UpdateTimes.Fit fit, List<Run> runs) {
        LongSummaryStatistics sizes = runs.stream()
                .filter(run -> run.workers() == fit.workers() && run.updateSeconds() != null)
                .mapToLong(Run::batchSize)
                .summaryStatistics();
        List<Point> update = curve(sizes, fit.law(), fit.drawn(), (law, batch) -> law.seconds(batch / fit.workers()));
        double half = fit.workers() * fit.law().halfUtilisation();
        return laws.goalTimes().stream()
                .filter(on -> on.time().workers() == fit.workers())
                .findFirst()
                .map(on -> new OnWorkers(
                        fit.workers(),
                        update,
                        half,
                        curve(sizes, on.time(), on.drawn(), (law, batch) -> law.seconds(batch)),
                        on.time().bestBatchSize(),
                        on.time().within(TimeFindings.FLAT)))
                .orElseGet(() -> new OnWorkers(
                        fit.workers(), update, half, List.of(), Double.NaN, new Interval(Double.NaN, Double.NaN)));
    }

    /** At batch sizes evenly apart on a logarithmic axis, both ends exactly. */
    private static <T> List<Point> curve(
            LongSummaryStatistics sizes, T law, Drawings<T> drawn, ToDoubleBiFunction<T, Double> at) {
        double ratio = (double) sizes.getMax() / sizes.getMin();
        DoubleStream between =
                IntStream.range(1, POINTS - 1).mapToDouble(i -> sizes.getMin() * Math.pow(ratio, i / (POINTS - 1.0)));
        return Stream.of(DoubleStream.of(sizes.getMin()), between, DoubleStream.of(sizes.getMax()))
                .flatMapToDouble(batch -> batch)
                .mapToObj(batch -> {
                    Interval interval = drawn.interval(each -> at.applyAsDouble(each, batch));
                    return new Point(batch, at.applyAsDouble(law, batch), interval.low(), interval.high());
                })
                .toList();
    }
}
