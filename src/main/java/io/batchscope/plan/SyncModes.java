package io.batchscope.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The ways to synchronise that a study compares, at each of its batch sizes.
 *
 * @param workers numbers of them at a batch size; the same in every mode
 */
record SyncModes(StudyConfig config, List<Course> courses, Function<Course, List<Integer>> workers) {
    /** Combinations that a mode cannot do. */
    static List<String> problems(StudyConfig config, List<Long> batchSizes) {
        List<String> problems = new ArrayList<>(RecipeModes.problems(config));
        for (String mode : deeplearning4js(config)) {
            int workers = config.sync().mostWorkers();
            String small = batchSizes.stream()
                    .filter(size -> size < workers)
                    .map(size -> Long.toString(size))
                    .collect(Collectors.joining(", "));
            if (!small.isEmpty()) {
                problems.add(mode + " (study.sync): must have an example for every worker, but there are " + workers
                        + " workers at batch size " + small
                        + "; remove the batch size, or ask for fewer workers (--set sync.workers=auto)");
            }
        }
        return problems;
    }

    /** Names of Deeplearning4j's own modes. */
    private static List<String> deeplearning4js(StudyConfig config) {
        return config.sync().modes().stream()
                .map(SyncModeConfig::mode)
                .filter(SyncMode::isDeeplearning4j)
                .map(SyncMode::label)
                .distinct()
                .toList();
    }

    List<Integer> workers(Course course) {
        return workers.apply(course);
    }

    /** Those of a batch size, each once. */
    List<Synchronization> of(Course course) {
        return resolved(course).keySet().stream().toList();
    }

    /** What differs at a batch size, with the first way of asking for it. */
    private Map<Synchronization, SyncModeConfig> resolved(Course course) {
        Map<Synchronization, SyncModeConfig> resolved = new LinkedHashMap<>();
        for (SyncModeConfig mode : config.sync().modes()) {
            resolved.putIfAbsent(resolve(mode, course), mode);
        }
        return resolved;
    }

    /**
     * What they do that a person may not expect.
     *
     * @param replica of the other modes
     */
    List<String> notices(ReplicaKind replica) {
        List<String> notices = new ArrayList<>();
        for (SyncModeConfig mode : config.sync().modes()) {
            addRepeats(mode, notices);
            addAverages(mode, notices);
        }
        addLonely(notices);
        addReplicas(replica, notices);
        return notices;
    }

    private void addRepeats(SyncModeConfig mode, List<String> notices) {
        Map<String, List<Course>> repeats = courses.stream()
                .filter(course -> !first(mode, course).equals(mode))
                .collect(Collectors.groupingBy(
                        course -> first(mode, course).describe(), LinkedHashMap::new, Collectors.toList()));
        repeats.forEach((first, where) -> notices.add(mode.describe() + " (study.sync.compare): comes to the same as "
                + first + " at batch size " + list(where) + "; it runs once there"));
    }

    private SyncModeConfig first(SyncModeConfig mode, Course course) {
        return resolved(course).getOrDefault(resolve(mode, course), mode);
    }

    private void addAverages(SyncModeConfig mode, List<String> notices) {
        String where = mode.describe() + " (study.sync): ";
        String exact = withSteps(courses.stream()
                .filter(course -> firstLocal(resolve(mode, course)) >= course.steps())
                .toList());
        if (!exact.isEmpty()) {
            notices.add(where + "is exact to the end at batch size " + exact + ", as no update is left after that;"
                    + " shorten after, or lengthen the run (study.budget)");
        }
        String once = withSteps(courses.stream()
                .filter(course -> averagesOnce(resolve(mode, course), course.steps()))
                .toList());
        if (!once.isEmpty()) {
            notices.add(where + "averages only once, at the end, at batch size " + once);
        }
    }

    private static long firstLocal(Synchronization synchronization) {
        return synchronization instanceof Synchronization.ParameterAveraging averaging ? averaging.afterSteps() : 0;
    }

    private static boolean averagesOnce(Synchronization synchronization, long steps) {
        long first = firstLocal(synchronization);
        long every = synchronization.everySteps();
        return every > 1 && first < steps && first + every >= steps;
    }

    private void addLonely(List<String> notices) {
        List<Course> lonely =
                courses.stream().filter(course -> workers(course).contains(1)).toList();
        List<String> effects = new ArrayList<>();
        if (has(SyncMode.PARAMETER_AVERAGING, SyncMode.DL4J_PARAMETER_AVERAGING)) {
            effects.add("averaging is plain training");
        }
        if (has(SyncMode.GRADIENT_SHARING, SyncMode.DL4J_GRADIENT_SHARING)) {
            effects.add("sharing only thins out its own gradients");
        }
        if (lonely.isEmpty() || effects.isEmpty()) {
            return;
        }
        boolean auto = config.sync().workers().isEmpty();
        notices.add("one worker (study.sync.workers" + (auto ? " = auto" : "") + ") trains batch size " + list(lonely)
                + ", where " + String.join(" and ", effects)
                + (auto
                        ? "; to compare modes and batch sizes give all the same workers (--set sync.workers=2)"
                        : "; modes differ from two workers on (--set sync.workers=2)"));
    }

    private boolean has(SyncMode... wanted) {
        return config.sync().modes().stream().anyMatch(mode -> List.of(wanted).contains(mode.mode()));
    }

    private void addReplicas(ReplicaKind replica, List<String> notices) {
        String others = String.join(", ", deeplearning4js(config));
        if (replica != ReplicaKind.DL4J && !others.isEmpty()) {
            notices.add(others + " (study.sync): trains with Deeplearning4j, the other modes with the "
                    + replica.label() + " replica, so their times compare replicas, too; --set replica=dl4j compares"
                    + " the modes alone");
        }
    }

    private static Synchronization resolve(SyncModeConfig mode, Course course) {
        return mode.resolve(course.regime().counted(), course.steps());
    }

    private static String list(List<Course> courses) {
        return courses.stream()
                .map(course -> Long.toString(course.batchSize()))
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String withSteps(List<Course> courses) {
        return courses.stream()
                .map(course ->
                        course.batchSize() + " (" + course.steps() + (course.steps() == 1 ? " step)" : " steps)"))
                .distinct()
                .collect(Collectors.joining(", "));
    }
}
