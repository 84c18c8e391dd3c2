package io.batchscope.cli;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Learning rate and batch size along a run, as every engine follows them. */
final class PlanRates {
    private PlanRates() {}

    /**
     * One update.
     *
     * @param step from 0; where the pace measures, a place in the schedule
     * @param rate where the pace measures, before what it multiplies it by
     * @param batchSize where the pace measures, the first one
     */
    record Point(
            @JsonProperty("step") long step,
            @JsonProperty("rate") double rate,
            @JsonProperty("batch_size") long batchSize) {}

    /** The first update, the first after warmup, a quarter, a half and three quarters of the way, and the last. */
    static List<Point> of(RunPlan run) {
        long length = length(run);
        return LongStream.of(0, run.warmupSteps(), length / 4, length / 2, 3 * length / 4, length - 1)
                .map(step -> Math.min(step, length - 1))
                .sorted()
                .distinct()
                .mapToObj(step -> new Point(
                        step, run.schedule().rateAt(step), run.geometry().batchSizeAt(step)))
                .toList();
    }

    /** Updates, or what the schedule is long. */
    private static long length(RunPlan run) {
        if (run.pace() instanceof Pace.AdaScale adaScale) {
            return adaScale.length();
        }
        return run.pace() instanceof Pace.ByNoise byNoise
                ? run.geometry().stepsForExamples(byNoise.plannedExamples())
                : run.plannedSteps();
    }

    /** The batch size of the last update; null where it is only known at run time. */
    static @Nullable Long finalBatchSize(RunPlan run) {
        return run.pace() instanceof Pace.ByNoise ? null : run.geometry().batchSizeAt(run.plannedSteps() - 1);
    }

    /** One line for each recipe, batch size and factor of the rate. */
    static String text(StudyPlan plan) {
        StringBuilder text = new StringBuilder("rates, as update: rate\n");
        Set<String> lines = new LinkedHashSet<>();
        for (RunPlan run : plan.runs()) {
            lines.add(line(plan, run));
        }
        lines.forEach(text::append);
        return text.toString();
    }

    private static String line(StudyPlan plan, RunPlan run) {
        String recipe = run.recipe().name().isEmpty() ? "" : run.recipe().name() + ", ";
        String points = of(run).stream().map(point -> word(point, run)).collect(Collectors.joining(", "));
        String factor = plan.searchesRates() ? ", rate " + run.factorText() : "";
        return recipe + "batch " + run.batchSize() + factor + ": " + points + measured(run) + "\n";
    }

    private static String word(Point point, RunPlan run) {
        String rate = String.format(Locale.ROOT, "%d: %.6g", point.step(), point.rate());
        return point.batchSize() == run.batchSize() ? rate : rate + " (batch " + point.batchSize() + ")";
    }

    private static String measured(RunPlan run) {
        if (!run.pace().measuresNoise()) {
            return "";
        }
        if (run.pace() instanceof Pace.AdaScale adaScale && adaScale.stretches()) {
            return "; of the base batch, each times a gain that is measured, by which an update also advances";
        }
        return run.pace() instanceof Pace.AdaScale
                ? "; each times a gain that is measured"
                : "; as if the batch stayed, what it does follows the noise";
    }
}
