package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Which way to synchronise each run of a study took. */
final class Modes {
    private Modes() {}

    /** The modes of {@code runs} by their {@code run_id}. */
    static Map<String, Mode> byRun(List<RunRecord> runs) {
        Set<String> several = withSeveralSettings(runs);
        Map<String, Set<String>> settings = runs.stream()
                .collect(Collectors.groupingBy(
                        RunRecord::syncMode, Collectors.mapping(Modes::settings, Collectors.toSet())));
        boolean workers = compareWorkers(runs);
        Map<String, Mode> byRun = new HashMap<>();
        for (RunRecord run : runs) {
            String mode = run.syncMode();
            boolean telling = several.contains(mode)
                    || settings.getOrDefault(mode, Set.of()).size() == 1;
            byRun.put(run.runId(), new Mode(mode, telling ? settings(run) : "", workers ? run.workers() : 0));
        }
        return byRun;
    }

    static Mode at(Map<String, Mode> byRun, RunRecord run) {
        return Objects.requireNonNull(byRun.get(run.runId()));
    }

    /**
     * Whether some batch size ran with several numbers of workers, all else alike, the seed included: where the planner
     * chooses the number, seeds and rates may differ in it, as when a study went on with more slots, but none has two. To be asked
     * of all runs: each number of workers may have a tuned rate of its own.
     */
    static boolean compareWorkers(List<RunRecord> runs) {
        Map<List<Object>, Integer> first = new HashMap<>();
        return runs.stream().anyMatch(run -> {
            List<Object> key = List.of(
                    run.batchSize(),
                    Recipe.of(run),
                    run.syncMode(),
                    settings(run),
                    run.seed(),
                    RateTrial.factorOf(run));
            Integer other = first.putIfAbsent(key, run.workers());
            return other != null && other != run.workers();
        });
    }

    /** Those words of {@code sync_mode} that occur with several settings at one batch size. */
    private static Set<String> withSeveralSettings(List<RunRecord> runs) {
        Map<String, Set<String>> settings = new HashMap<>();
        for (RunRecord run : runs) {
            settings.computeIfAbsent(run.batchSize() + " " + run.syncMode(), key -> new HashSet<>())
                    .add(settings(run));
        }
        return runs.stream()
                .filter(run -> settings.getOrDefault(run.batchSize() + " " + run.syncMode(), Set.of())
                                .size()
                        > 1)
                .map(RunRecord::syncMode)
                .collect(Collectors.toSet());
    }

    /** A run's settings; empty also in tables of versions that had no settings. */
    static String settings(RunRecord run) {
        String settings = run.syncSettings();
        return settings == null ? "" : settings;
    }
}
