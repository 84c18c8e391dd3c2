package io.batchscope.analysis;

import io.batchscope.analysis.ScalingEfficiency.Beside;
import io.batchscope.analysis.ScalingEfficiency.Processors;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** How well a study scales over workers, as findings: one for each batch size and number of workers, of each recipe and mode. */
final class ScalingFindings {
    private final String study;
    private final boolean severalRecipes;
    private final boolean severalModes;

    private ScalingFindings(String study, List<ScalingEfficiency> all) {
        this.study = study;
        this.severalRecipes =
                all.stream().map(ScalingEfficiency::recipe).distinct().count() > 1;
        this.severalModes = all.stream().map(ScalingEfficiency::mode).distinct().count() > 1;
    }

    /** Weak scaling first; none for a study that does not compare numbers of workers. */
    static List<FindingRecord> of(String study, StudyTables tables) {
        List<ScalingEfficiency> all = ScalingEfficiency.of(tables);
        ScalingFindings findings = new ScalingFindings(study, all);
        List<FindingRecord> rows = new ArrayList<>();
        for (ScalingEfficiency scaling : all) {
            if (scaling.weak() != null) {
                rows.add(findings.weak(scaling, scaling.weak()));
            }
        }
        for (ScalingEfficiency scaling : all) {
            if (scaling.strong() != null) {
                rows.add(findings.speedup(scaling, scaling.strong(), "strong_scaling_speedup", "an update takes"));
                rows.add(findings.efficiency(scaling, scaling.strong()));
            }
            if (scaling.strongToTarget() != null) {
                rows.add(findings.speedup(
                        scaling,
                        scaling.strongToTarget(),
                        "strong_scaling_speedup_to_target",
                        "the way to the target takes"));
            }
        }
        return rows;
    }

    private FindingRecord weak(ScalingEfficiency scaling, Beside base) {
        return finding(
                "weak_scaling_efficiency",
                scaling,
                base,
                1,
                "share",
                "with " + NumberText.significant(scaling.examplesPerWorker()) + " examples a worker, "
                        + workers(scaling) + " (batch " + NumberText.count(scaling.batchSize()) + ") get through "
                        + base.logRatio().words(log -> percent(Math.exp(log)))
                        + " of the examples in a second that " + NumberText.counted(base.workers(), "worker")
                        + " (batch " + NumberText.count(base.batchSize()) + "), times "
                        + NumberText.significant((double) scaling.workers() / base.workers()) + ", would");
    }

    private FindingRecord speedup(ScalingEfficiency scaling, Beside base, String name, String what) {
        DoubleFunction<String> ratio = log -> NumberText.significant(Math.exp(log));
        return finding(
                name,
                scaling,
                base,
                1,
                "ratio",
                "at batch " + NumberText.count(scaling.batchSize()) + " " + what + " "
                        + NumberText.counted(base.workers(), "worker") + " "
                        + base.logRatio().words(ratio) + " times as long as " + workers(scaling));
    }

    private FindingRecord efficiency(ScalingEfficiency scaling, Beside base) {
        double share = (double) base.workers() / scaling.workers();
        return finding(
                "strong_scaling_efficiency",
                scaling,
                base,
                share,
                "share",
                "at batch " + NumberText.count(scaling.batchSize()) + " " + workers(scaling) + " reach "
                        + base.logRatio().words(log -> percent(Math.exp(log) * share)) + " of the speed that "
                        + NumberText.counted(base.workers(), "worker") + ", times "
                        + NumberText.significant((double) scaling.workers() / base.workers()) + ", would have");
    }

    /** @param factor what the ratio of times is multiplied by */
    private FindingRecord finding(
            String name, ScalingEfficiency scaling, Beside base, double factor, String unit, String words) {
        return new FindingRecord(
                study,
                name,
                scaling.batchSize(),
                base.ratio() * factor,
                scaled(base.logRatio().low(), factor),
                scaled(base.logRatio().high(), factor),
                unit,
                sentence(scaling, words));
    }

    private static @Nullable Double scaled(@Nullable Double log, double factor) {
        return log == null ? null : (Double) (Math.exp(log) * factor);
    }

    private String sentence(ScalingEfficiency scaling, String words) {
        String way = way(scaling);
        Processors processors = scaling.processors();
        String text = way.isEmpty()
                ? Character.toUpperCase(words.charAt(0)) + words.substring(1)
                : "With " + way + ": " + words;
        return text
                + (scaling.ofWholeRuns() ? " (training time of whole runs)" : "")
                + (processors != null && scaling.isOversubscribed() ? "; " + oversubscribed(scaling, processors) : "")
                + ".";
    }

    /** What tells the recipe and mode from the others that were scaled. */
    private String way(ScalingEfficiency scaling) {
        String recipe = severalRecipes ? scaling.recipe().words() : "";
        String mode = severalModes ? scaling.mode().name() : "";
        return recipe + (recipe.isEmpty() || mode.isEmpty() ? "" : "; ") + mode;
    }

    /** {@code 4 workers on 2 processors: oversubscribed}; where other machines had enough, of the one that had not. */
    private static String oversubscribed(ScalingEfficiency scaling, Processors processors) {
        String where = processors.total() < scaling.workers()
                ? workers(scaling) + " on " + NumberText.counted(Math.round(processors.total()), "processor")
                : NumberText.significant(processors.perWorker()) + " processors a worker on some machine";
        return where + ": oversubscribed";
    }

    private static String workers(ScalingEfficiency scaling) {
        return NumberText.counted(scaling.workers(), "worker");
    }

    private static String percent(double share) {
        return NumberText.fixed(share * 100, 1) + " %";
    }
}
