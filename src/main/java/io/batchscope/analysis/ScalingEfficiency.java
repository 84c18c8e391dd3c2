package io.batchscope.analysis;

import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How an update's time T(p, B) of a batch of B examples on p workers compares with that on fewer workers. All ratios are
 * paired by seed: the mean over the seeds that both have of ln(T on fewer / T), with its paired t-interval (Student 1908).
 *
 * <ul>
 *   <li><em>Weak</em>, at the same examples a worker b = B/p: with throughput B/T, the efficiency throughput(p, p·b) /
 *       (p/p₀ · throughput(p₀, p₀·b)) is T(p₀, p₀·b) / T(p, p·b), where p₀ is the smallest number of workers that has b.
 *   <li><em>Strong</em>, at the same batch size: the speedup is T(p₀, B) / T(p, B), where p₀ is the smallest number of
 *       workers that has B, and the efficiency is the speedup · p₀/p (Amdahl 1967). Likewise for the seconds to the target.
 * </ul>
 *
 * @param recipe of the runs
 * @param mode of the runs, without workers
 * @param updateSeconds over seeds
 * @param ofWholeRuns whether {@code updateSeconds} is the training time of a run over its updates, as where workers agree only
 *     now and then; otherwise it is {@link StepSeconds}
 * @param processors that the workers had; null if not known
 * @param weak beside fewer workers with as many examples each; null for the fewest, and without a common seed
 * @param strong beside fewer workers at this batch size; likewise
 * @param strongToTarget the same for the seconds to the target, over the seeds that both reached it with; null also without
 *     one
 */
public record ScalingEfficiency(
        Recipe recipe,
        Mode mode,
        long batchSize,
        int workers,
        Estimate updateSeconds,
        boolean ofWholeRuns,
        @Nullable Processors processors,
        @Nullable Beside weak,
        @Nullable Beside strong,
        @Nullable Beside strongToTarget) {
    /** What {@code spark.HostProcessors} writes. */
    private static final String PROBE = "machine";

    /**
     * Where workers ran.
     *
     * @param total processors of all machines that a worker was on
     * @param perWorker on the machine where they were fewest; below 1 workers took turns
     */
    public record Processors(double total, double perWorker) {}

    /**
     * A comparison with fewer workers.
     *
     * @param workers p₀
     * @param batchSize of those
     * @param logRatio ln(their time / time), over seeds
     */
    public record Beside(int workers, long batchSize, Estimate logRatio) {
        /** Their time over the time. */
        public double ratio() {
            return Math.exp(logRatio.mean());
        }
    }

    /** Examples of a batch for each worker. */
    public double examplesPerWorker() {
        return (double) batchSize / workers;
    }

    /** Whether several workers had to share a processor; false where that is not known. */
    public boolean isOversubscribed() {
        return processors != null && processors.perWorker() < 1;
    }

    /**
     * Ascending in batch size, there by recipe and mode, there in workers; none unless some batch size was run with several
     * numbers of workers. Only runs that neither diverged nor failed take part.
     */
    public static List<ScalingEfficiency> of(StudyTables tables) {
        if (!Modes.compareWorkers(tables.runs())) {
            return List.of();
        }
        Map<String, Mode> modes = Modes.byRun(tables.runs());
        Map<Way, List<RunRecord>> ways = tables.runs().stream()
                .filter(BatchSummary::isSettled)
                .collect(Collectors.groupingBy(
                        run -> new Way(Recipe.of(run), Modes.at(modes, run).onAnyWorkers())));
        Map<String, Double> medians = StepSeconds.byRun(tables);
        Map<String, Processors> processors = processors(tables.probes());
        List<ScalingEfficiency> all = new ArrayList<>();
        ways.forEach((way, runs) -> all.addAll(new Times(way, runs, medians, processors).scaling()));
        all.sort(Comparator.comparingLong(ScalingEfficiency::batchSize)
                .thenComparing(ScalingEfficiency::recipe)
                .thenComparing(ScalingEfficiency::mode)
                .thenComparingInt(ScalingEfficiency::workers));
        return List.copyOf(all);
    }

    /** By {@code run_id}, of those runs of which it is known. */
    static Map<String, Processors> processors(List<ProbeRecord> rows) {
        Map<String, Double> total = metric(rows, "processors");
        Map<String, Processors> processors = new HashMap<>();
        metric(rows, "processors_per_worker").forEach((run, perWorker) -> {
            Double all = total.get(run);
            if (all != null) {
                processors.put(run, new Processors(all, perWorker));
            }
        });
        return processors;
    }

    private static Map<String, Double> metric(List<ProbeRecord> rows, String metric) {
        return rows.stream()
                .filter(row -> row.probe().equals(PROBE) && row.metric().equals(metric))
                .collect(Collectors.toMap(ProbeRecord::runId, ProbeRecord::value, (first, second) -> first));
    }

    private record Way(Recipe recipe, Mode mode) {}

    private record Place(long batchSize, int workers) {}

    /** What the runs of a recipe in a mode took. */
    private static final class Times {
        private final Way way;
        private final boolean ofWholeRuns;
        private final Map<String, Processors> processors;
        private final Map<Place, List<RunRecord>> places;
        private final Map<Place, Map<Long, Double>> updates = new HashMap<>();
        private final Map<Place, Map<Long, Double>> toTarget = new HashMap<>();

        Times(Way way, List<RunRecord> runs, Map<String, Double> medians, Map<String, Processors> processors) {
            this.way = way;
            this.processors = processors;
            this.places =
                    runs.stream().collect(Collectors.groupingBy(run -> new Place(run.batchSize(), run.workers())));
            // A median would leave out the agreements of workers that agree only in some updates.
            this.ofWholeRuns = runs.stream().anyMatch(run -> run.syncEvery() > 1 || !medians.containsKey(run.runId()));
            Function<RunRecord, @Nullable Double> update =
                    run -> ofWholeRuns ? secondsOfWholeRun(run) : medians.get(run.runId());
            places.forEach((place, there) -> {
                updates.put(place, PairedComparison.bySeed(there, update));
                toTarget.put(place, PairedComparison.bySeed(there, RunRecord::secondsToTarget));
            });
        }

        private static @Nullable Double secondsOfWholeRun(RunRecord run) {
            Double seconds = run.trainSeconds();
            return seconds == null || run.steps() == 0 ? null : (Double) (seconds / run.steps());
        }

        List<ScalingEfficiency> scaling() {
            List<ScalingEfficiency> scaling = new ArrayList<>();
            places.forEach((place, runs) -> {
                Estimate seconds = Estimate.of(List.copyOf(at(updates, place).values()));
                if (seconds != null) {
                    Place weak = fewest(place, other -> share(other, place));
                    Place strong = fewest(place, other -> other.batchSize() == place.batchSize());
                    scaling.add(new ScalingEfficiency(
                            way.recipe(),
                            way.mode(),
                            place.batchSize(),
                            place.workers(),
                            seconds,
                            ofWholeRuns,
                            fewestProcessors(runs),
                            beside(weak, place, updates),
                            beside(strong, place, updates),
                            beside(strong, place, toTarget)));
                }
            });
            return scaling;
        }

        /** Whether both have the same examples a worker. */
        private static boolean share(Place one, Place other) {
            return one.batchSize() * other.workers() == other.batchSize() * one.workers();
        }

        /** Of the places with a time, {@code place} included. */
        private Place fewest(Place place, Function<Place, Boolean> comparable) {
            return places.keySet().stream()
                    .filter(other ->
                            comparable.apply(other) && !at(updates, other).isEmpty())
                    .min(Comparator.comparingInt(Place::workers))
                    .orElse(place);
        }

        private static @Nullable Beside beside(Place base, Place place, Map<Place, Map<Long, Double>> times) {
            if (base.workers() == place.workers()) {
                return null;
            }
            Map<Long, Double> bases = at(times, base);
            List<@Nullable Double> ratios = new ArrayList<>();
            at(times, place).forEach((seed, seconds) -> {
                Double other = bases.get(seed);
                if (other != null && other > 0 && seconds > 0) {
                    ratios.add(Math.log(other / seconds));
                }
            });
            Estimate logRatio = Estimate.of(ratios);
            return logRatio == null ? null : new Beside(base.workers(), base.batchSize(), logRatio);
        }

        private static Map<Long, Double> at(Map<Place, Map<Long, Double>> times, Place place) {
            return times.getOrDefault(place, new TreeMap<>());
        }

        private @Nullable Processors fewestProcessors(List<RunRecord> runs) {
            return runs.stream()
                    .flatMap(run -> Optional.ofNullable(processors.get(run.runId())).stream())
                    .min(Comparator.comparingDouble(Processors::perWorker))
                    .orElse(null);
        }
    }
}
