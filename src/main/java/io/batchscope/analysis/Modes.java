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
        Map<String, Mode> byRun = new HashMap<>();
        for (RunRecord run : runs) {
            String mode = run.syncMode();
            boolean telling = several.contains(mode)
                    || settings.getOrDefault(mode, Set.of()).size() == 1;
            byRun.put(run.runId(), new Mode(mode, telling ? settings(run) : ""));
        }
        return byRun;
    }

    static Mode at(Map<String, Mode> byRun, RunRecord run) {
        return Objects.requireNonNull(byRun.get(run.runId()));
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

    /** A run's mode and settings: {@code parameter-averaging, every 8 steps}. */
    static String name(RunRecord run) {
        return new Mode(run.syncMode(), settings(run)).name();
    }
}
