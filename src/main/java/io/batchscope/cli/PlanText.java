package io.batchscope.cli;

import io.batchscope.plan.Measures;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.Pace;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.study.TimeForecast;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A plan as a table for people. */
final class PlanText {
    private PlanText() {}

    static String of(StudySetup setup, TimeForecast times) {
        StringBuilder text = new StringBuilder();
        var model = setup.model().facts();
        text.append(String.format(
                Locale.ROOT,
                "study %s: %d runs, %,d training examples, %s with %,d parameters, %d slots%n",
                setup.plan().study(),
                setup.plan().runs().size(),
                setup.data().manifest().facts().trainExamples(),
                model.description(),
                model.parameterCount(),
                setup.slots()));
        text.append(setup.replicaLine()).append(setup.gpuLines());
        text.append(String.format(Locale.ROOT, "%-10s %s%n", "memory", setup.memoryLine()));
        text.append(probes(setup.plan()));
        setup.plan()
                .notices()
                .forEach(notice -> text.append("note: ").append(notice).append('\n'));
        text.append(table(setup, times));
        text.append(String.format(
                Locale.ROOT,
                "about %s in all, evaluations included%n",
                duration(times.makespan(setup.plan().runs()))));
        return text.toString();
    }

    /** What is measured at the end of runs, the same of all whose gradients this program computes. */
    private static String probes(StudyPlan plan) {
        return plan.stepLoopRuns().stream()
                .findFirst()
                .filter(run -> !run.probes().isEmpty())
                .map(run -> String.format(
                        Locale.ROOT,
                        "%-10s %s%n",
                        "probes",
                        run.probes().stream().map(ProbeKind::label).collect(Collectors.joining(", "))))
                .orElse("");
    }

    private static String table(StudySetup setup, TimeForecast times) {
        boolean modes = showsModes(setup.plan());
        int recipes = recipeWidth(setup.plan());
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%-16s %s%9s %4s %23s %s%s%12s %9s %9s %8s %8s  %s%s%n",
                "run",
                recipe("recipe", recipes),
                "batch",
                "seed",
                "workers × each × accum",
                modes ? String.format(Locale.ROOT, "%9s %9s ", "update", "agree") : "",
                factor(setup.plan(), "factor"),
                "rate",
                "warmup",
                "steps",
                "≈ time",
                "≈ MiB",
                "schedule",
                modes ? "; mode" : ""));
        for (RunPlan run : setup.plan().runs()) {
            table.append(line(setup, times, run, modes));
        }
        if (modes) {
            table.append("update: examples whose mean gradient an update follows; agree: examples that all workers see"
                    + " from one agreement to the next\n");
        }
        return table.toString();
    }

    /** In the exact mode the effective batch sizes are the batch size. */
    private static boolean showsModes(StudyPlan plan) {
        return plan.runs().stream().anyMatch(run -> !run.synchronization().exact());
    }

    private static String line(StudySetup setup, TimeForecast times, RunPlan run, boolean modes) {
        return String.format(
                Locale.ROOT,
                "%-16s %s%9d %4d %23s %s%s%12.6g %9d %9s %8s %8s  %s%n",
                run.runId(),
                recipe(run.recipe().name(), recipeWidth(setup.plan())),
                run.batchSize(),
                run.seed(),
                run.workers() + " × " + run.layout().perWorker() + " × "
                        + run.layout().accumulation(),
                modes ? effective(run) : "",
                factor(setup.plan(), run.factorText()),
                run.peakLearningRate(),
                run.warmupSteps(),
                (endsEarlier(run) ? "≤ " : "") + run.plannedSteps(),
                duration(times.trainSeconds(run)),
                run.usesStepLoop() ? Long.toString(setup.memory().bytes(run) >> 20) : "-",
                remarks(setup.plan(), run, modes));
    }

    /** Whether the planned steps are only the most there can be. */
    private static boolean endsEarlier(RunPlan run) {
        boolean adaScale = run.pace() instanceof Pace.AdaScale pace && pace.stretches() && pace.measuresNoise();
        return adaScale || run.pace() instanceof Pace.ByNoise;
    }

    /** Characters of the longest name; 0 where the study has one recipe without a name. */
    private static int recipeWidth(StudyPlan plan) {
        int longest = plan.runs().stream()
                .mapToInt(run -> run.recipe().name().length())
                .max()
                .orElse(0);
        return longest == 0 ? 0 : Math.max("recipe".length(), longest);
    }

    private static String recipe(String name, int width) {
        return width == 0 ? "" : (name + " ".repeat(width)).substring(0, width) + " ";
    }

    /** A cell of the column that only a search for the best rates has. */
    private static String factor(StudyPlan plan, String text) {
        return plan.searchesRates() ? String.format(Locale.ROOT, "%9s ", text) : "";
    }

    private static String effective(RunPlan run) {
        Long between = run.synchronization().syncExamples(run.batchSize());
        return String.format(
                Locale.ROOT,
                "%9d %9s ",
                run.synchronization().updateBatch(run.batchSize(), run.workers()),
                between == null ? "-" : between);
    }

    /** Recipe, and what of a run is not usual. */
    private static String remarks(StudyPlan plan, RunPlan run, boolean modes) {
        List<String> remarks = new ArrayList<>(List.of(run.schedule().describe()));
        remarks.add(run.pace().describe());
        remarks.add(optimizer(plan, run));
        remarks.add(run.regularization().describe());
        remarks.add(measures(run));
        remarks.add(modes ? run.synchronization().describe() : "");
        remarks.removeIf(String::isEmpty);
        return String.join("; ", remarks);
    }

    /** Updates between measurements of norms and noise; nothing where Deeplearning4j trains. */
    private static String measures(RunPlan run) {
        if (!run.usesStepLoop()) {
            return "";
        }
        Measures measures = run.measures();
        String noise = run.pace().measuresNoise() ? "noise every step" : distance("noise", measures.noiseEvery());
        return distance("norms", measures.normsEvery()) + ", " + noise;
    }

    private static String distance(String what, long every) {
        return every == 0 ? "no " + what : what + " every " + (every == 1 ? "step" : every + " steps");
    }

    /** Where runs have several, or it has settings that are not in the table. */
    private static String optimizer(StudyPlan plan, RunPlan run) {
        OptimizerConfig optimizer = run.optimizer();
        boolean differ = plan.runs().stream().map(RunPlan::optimizer).distinct().count() > 1;
        if (!differ && optimizer.settings().isEmpty()) {
            return "";
        }
        List<String> words = new ArrayList<>(List.of(optimizer.name().name().toLowerCase(Locale.ROOT)));
        if (optimizer.momentum() > 0) {
            words.add("momentum " + optimizer.momentum());
        }
        if (optimizer.weightDecay() > 0) {
            words.add(String.format(Locale.ROOT, "weight decay %.6g", optimizer.weightDecay()));
        }
        words.add(optimizer.settings());
        words.removeIf(String::isEmpty);
        return String.join(", ", words);
    }

    static String duration(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, seconds < 10 ? "%.1f s" : "%.0f s", seconds);
        }
        return seconds < 6000
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
}
