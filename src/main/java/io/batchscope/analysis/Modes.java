package io.batchscope.analysis;

import io.batchscope.plan.SyncMode;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which way to synchronise each run of a study took. One of them, the <em>reference</em>, stands for the study wherever
 * only batch sizes are compared: {@code synchronous} where the study has it, else the first in the order of {@link Mode}.
 */
public final class Modes {
    private final Map<String, Mode> byRun;
    private final List<Mode> ordered;

    private Modes(Map<String, Mode> byRun, List<RunRecord> runs) {
        this.byRun = Map.copyOf(byRun);
        this.ordered = ordered(byRun, runs);
    }

    /** Synchronous first, where there is such a mode; otherwise one that ran at the most batch sizes. Then by their order. */
    private static List<Mode> ordered(Map<String, Mode> byRun, List<RunRecord> runs) {
        Map<Mode, Set<Long>> batchSizes = new HashMap<>();
        for (RunRecord run : runs) {
            batchSizes
                    .computeIfAbsent(Objects.requireNonNull(byRun.get(run.runId())), key -> new HashSet<>())
                    .add(run.batchSize());
        }
        List<Mode> modes = new ArrayList<>(batchSizes.keySet().stream().sorted().toList());
        modes.stream()
                .max(Comparator.<Mode, Boolean>comparing(mode -> mode.syncMode().equals(SyncMode.SYNCHRONOUS.label()))
                        .thenComparing(
                                mode -> batchSizes.getOrDefault(mode, Set.of()).size())
                        .thenComparing(Comparator.reverseOrder()))
                .ifPresent(reference -> {
                    modes.remove(reference);
                    modes.add(0, reference);
                });
        return List.copyOf(modes);
    }

    /** The modes of {@code runs}. */
    public static Modes of(List<RunRecord> runs) {
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
        return new Modes(byRun, runs);
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
    public static String name(RunRecord run) {
        return new Mode(run.syncMode(), settings(run)).name();
    }

    /** All modes, the reference first. */
    public List<Mode> ordered() {
        return ordered;
    }

    /** Whether there is anything to compare. */
    public boolean several() {
        return ordered.size() > 1;
    }

    /** The mode of one of the runs. */
    public Mode of(String runId) {
        Mode mode = byRun.get(runId);
        if (mode == null) {
            throw new IllegalArgumentException("run " + runId + ": is not among those of this study");
        }
        return mode;
    }

    /** The rows of the runs in the reference mode; all rows where the study has one mode. */
    public StudyTables ofReference(StudyTables tables) {
        return several() ? ofMode(tables, ordered.get(0)) : tables;
    }

    /** The rows of the runs in {@code mode}. */
    private StudyTables ofMode(StudyTables tables, Mode mode) {
        return tables.only(byRun.entrySet().stream()
                .filter(entry -> entry.getValue().equals(mode))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet()));
    }
}
