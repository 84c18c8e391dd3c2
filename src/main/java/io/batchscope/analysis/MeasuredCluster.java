package io.batchscope.analysis;

import io.batchscope.law.Arrival;
import io.batchscope.law.Cluster;
import io.batchscope.law.Drawings;
import io.batchscope.law.Link;
import io.batchscope.law.TradeOffFit;
import io.batchscope.law.UpdateTime;
import io.batchscope.plan.SyncMode;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import io.batchscope.train.LinkMeasurement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.StatUtils;
import org.jspecify.annotations.Nullable;

/**
 * What a study's synchronous runs say of training on other numbers of workers: of those of its reference's recipe ({@link
 * Variants}), on any number of workers.
 *
 * @param parameters of the network
 * @param fittedWorkers the fewest with runs at three batch sizes or more: to them is fitted what a worker does alone
 * @param fittedRuns how many
 * @param local an update without what workers wait for sums, on a processor of the worker's own
 * @param smallestPerWorker examples a worker in the smallest batch of these runs
 * @param mostWorkers of any run
 * @param goal null where the target's law is not known
 * @param withoutGoal why; empty if it is
 * @param link median over the runs that measured it; over those without shared processors if there are such. Null without any
 * @param checks of the model against all these runs, ascending in workers, there in batch size; without {@code link} only of
 *     those with one worker
 */
public record MeasuredCluster(
        String study,
        long trainExamples,
        long parameters,
        int fittedWorkers,
        int fittedRuns,
        UpdateTime local,
        Drawings<UpdateTime> drawn,
        double smallestPerWorker,
        int mostWorkers,
        @Nullable GoalLaw goal,
        String withoutGoal,
        @Nullable Link link,
        List<UpdateCheck> checks) {
    private static final int MEDIAN = 50;

    public MeasuredCluster {
        checks = List.copyOf(checks);
    }

    /** Summed at each update. */
    public long gradientBytes() {
        return parameters * Float.BYTES;
    }

    /** Empty where no number of workers was run synchronously at three batch sizes with step times. */
    public static Optional<MeasuredCluster> of(StudyTables all) {
        StudySummary summary = StudySummary.of(all);
        StudyTables tables = synchronous(summary, all);
        Map<String, Double> slowdowns = slowdowns(tables);
        UpdateTimes times = UpdateTimes.of(tables.runs(), ownSeconds(tables, slowdowns));
        // In ascending order of workers.
        return times.byWorkers().values().stream().findFirst().map(fit -> of(summary, all, tables, slowdowns, fit));
    }

    private static MeasuredCluster of(
            StudySummary summary,
            StudyTables all,
            StudyTables tables,
            Map<String, Double> slowdowns,
            UpdateTimes.Fit fit) {
        Link link = link(tables, slowdowns);
        List<Arrival> arrivals = GoalArrivals.of(
                summary.variants().of(summary.reference(), summary.searches().tuned(all)));
        String problem = arrivals.isEmpty() ? "no run reached a target" : TradeOffFit.problem(arrivals);
        RunRecord first = tables.runs().get(0);
        return new MeasuredCluster(
                summary.study(),
                summary.trainExamples(),
                first.parameterCount(),
                fit.workers(),
                fit.curve().observations(),
                fit.law(),
                fit.drawn(),
                least(tables, fit.workers()),
                tables.runs().stream().mapToInt(RunRecord::workers).max().orElse(1),
                problem == null ? GoalLaw.of(arrivals) : null,
                problem == null ? "" : problem,
                link,
                checks(tables, slowdowns, fit, link));
    }

    private static StudyTables synchronous(StudySummary summary, StudyTables all) {
        return all.only(all.runs().stream()
                .filter(run -> run.syncMode().equals(SyncMode.SYNCHRONOUS.label())
                        && Recipe.of(run).equals(summary.reference().recipe()))
                .map(RunRecord::runId)
                .collect(Collectors.toSet()));
    }

    /** By {@code run_id}; 1 also where nothing is known of a run's processors. */
    private static Map<String, Double> slowdowns(StudyTables tables) {
        Map<String, ScalingEfficiency.Processors> processors = ScalingEfficiency.processors(tables.probes());
        Map<String, Double> slowdowns = new HashMap<>();
        for (RunRecord run : tables.runs()) {
            ScalingEfficiency.Processors known = processors.get(run.runId());
            slowdowns.put(run.runId(), known == null ? 1.0 : Math.max(1, 1 / known.perWorker()));
        }
        return slowdowns;
    }

    private static Map<String, Double> ownSeconds(StudyTables tables, Map<String, Double> slowdowns) {
        Map<String, Double> seconds = new HashMap<>();
        StepSeconds.byRun(tables, MeasuredCluster::withoutSum)
                .forEach((run, median) -> seconds.put(run, median / slowdowns.getOrDefault(run, 1.0)));
        return seconds;
    }

    private static @Nullable Double withoutSum(StepRecord row) {
        Double whole = row.stepSeconds();
        return whole == null ? null : (Double) (whole - row.syncSeconds());
    }

    private static double least(StudyTables tables, int workers) {
        return tables.runs().stream()
                        .filter(run -> run.workers() == workers)
                        .mapToLong(RunRecord::batchSize)
                        .min()
                        .orElse(workers)
                / (double) workers;
    }

    private static @Nullable Link link(StudyTables tables, Map<String, Double> slowdowns) {
        List<Link> unhindered = links(tables, slowdowns, 1);
        List<Link> links = unhindered.isEmpty() ? links(tables, slowdowns, Double.POSITIVE_INFINITY) : unhindered;
        return links.isEmpty()
                ? null
                : new Link(median(links, Link::latencySeconds), median(links, Link::bandwidthBytesPerSecond));
    }

    private static List<Link> links(StudyTables tables, Map<String, Double> slowdowns, double slowest) {
        return tables.probes().stream()
                .filter(row -> row.probe().equals(LinkMeasurement.PROBE)
                        && slowdowns.getOrDefault(row.runId(), 1.0) <= slowest)
                .collect(Collectors.groupingBy(row -> row.runId()))
                .values()
                .stream()
                .flatMap(rows -> LinkMeasurement.link(rows).stream())
                .toList();
    }

    private static <T> double median(List<T> values, ToDoubleFunction<T> of) {
        return StatUtils.percentile(values.stream().mapToDouble(of).toArray(), MEDIAN);
    }

    private static List<UpdateCheck> checks(
            StudyTables tables, Map<String, Double> slowdowns, UpdateTimes.Fit fit, @Nullable Link link) {
        Map<String, Double> measured = StepSeconds.byRun(tables);
        Cluster cluster = new Cluster(
                fit.law(),
                link == null ? new Link(0, Double.POSITIVE_INFINITY) : link,
                tables.runs().get(0).parameterCount() * Float.BYTES);
        Map<Integer, Map<Long, List<RunRecord>>> places = tables.runs().stream()
                .filter(run -> measured.containsKey(run.runId())
                        && UpdateTimes.isFixed(run)
                        && (link != null || run.workers() == 1))
                .collect(Collectors.groupingBy(
                        RunRecord::workers,
                        TreeMap::new,
                        Collectors.groupingBy(RunRecord::batchSize, TreeMap::new, Collectors.toList())));
        List<UpdateCheck> checks = new ArrayList<>();
        places.forEach((workers, sizes) -> sizes.forEach((size, runs) -> {
            double slowdown = runs.stream()
                    .map(run -> slowdowns.getOrDefault(run.runId(), 1.0))
                    .max(Comparator.naturalOrder())
                    .orElse(1.0);
            checks.add(new UpdateCheck(
                    workers,
                    size,
                    runs.size(),
                    median(runs, run -> measured.getOrDefault(run.runId(), Double.NaN)),
                    cluster.seconds(workers, (double) size / workers, slowdown),
                    slowdown,
                    workers == fit.workers()));
        }));
        return checks;
    }
}
