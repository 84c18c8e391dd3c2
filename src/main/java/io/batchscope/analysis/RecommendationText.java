package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Parts of what a recommendation says. */
final class RecommendationText {
    private static final int MOST_RUNS = 100;
    private static final String MEASURED = "adascale";

    private RecommendationText() {}

    /** {@code Batch 512 at peak rate 0.08 with 60 updates of warmup on 2 workers}. */
    static String place(StudySummary summary, VariantSummary group, RunRecord run) {
        return "Batch " + NumberText.count(run.batchSize())
                + (summary.hasVariants() ? " with " + group.name() : "")
                + (isMeasured(run) ? " at the base batch's rate " : " at peak rate ")
                + NumberText.significant(rate(run))
                + (isMeasured(run) ? " times AdaScale's gain" : "")
                + (run.warmupSteps() == 0
                        ? " without warmup"
                        : " with " + NumberText.counted(run.warmupSteps(), "update") + " of warmup")
                + " on " + NumberText.counted(run.workers(), "worker");
    }

    /** The rate to ask for: where AdaScale multiplies it by a gain that it measures, that of the base batch. */
    static double rate(RunRecord run) {
        Double factor = run.learningRateFactor();
        return isMeasured(run) ? run.baseLearningRate() * (factor == null ? 1 : factor) : run.peakLearningRate();
    }

    /** Whether rates are multiplied by a gain that is measured. */
    static boolean isMeasured(RunRecord run) {
        return run.scalingRule().equals(MEASURED);
    }

    static String confidence(StudySummary summary, Ranking ranking) {
        String words = "; confidence " + ranking.confidence().words() + ": ";
        return switch (ranking.confidence()) {
            case LOW -> words + "a single run shows nothing of what others would give, 3 seeds or more would";
            case HIGH ->
                words
                        + (ranking.ordered().size() == 1
                                ? "nothing else is left to compare"
                                : "no other batch size comes as near as the runs differ");
            case MODERATE -> words + near(summary, ranking);
        };
    }

    private static String near(StudySummary summary, Ranking ranking) {
        String near = ranking.near().stream()
                .map(place -> "batch " + NumberText.count(place.group().batch().batchSize())
                        + (summary.hasVariants() ? " with " + place.group().name() : ""))
                .collect(Collectors.joining(", "));
        return near.isEmpty()
                ? "some batch sizes have a single run"
                : near + " cannot be told from it" + decide(ranking);
    }

    private static String decide(Ranking ranking) {
        double runs = ranking.runsToDecide();
        return runs > MOST_RUNS
                ? ", nor would " + MOST_RUNS + " seeds tell"
                : ", about " + NumberText.count((long) runs) + " seeds would";
    }

    /** The first's geometric mean of what is ranked by its logarithm: {@code 1.4 s (95 % interval 1.2 to 1.6, 3 runs)}. */
    static String amount(Ranking ranking, String unit) {
        double mean = ranking.first().mean();
        int runs = ranking.first().values().size();
        String text = NumberText.significant(Math.exp(mean)) + unit;
        OptionalDouble noise = ranking.noiseOfFirst();
        return noise.isEmpty()
                ? text + " (one seed)"
                : text + " (95 % interval " + NumberText.significant(Math.exp(mean - noise.getAsDouble())) + " to "
                        + NumberText.significant(Math.exp(mean + noise.getAsDouble())) + ", "
                        + NumberText.counted(runs, "run") + ")";
    }

    /** That a better rate may lie beyond those that were tried. */
    static String edge(StudySummary summary, VariantSummary group) {
        return summary.searches().at(group.variant(), group.batch().batchSize()).stream()
                .filter(search -> search.atLowEdge() || search.atHighEdge())
                .map(search -> "; its rate is the " + (search.atLowEdge() ? "smallest" : "largest")
                        + " tried there, so try the factor "
                        + NumberText.significant(search.atLowEdge() ? search.nextBelow() : search.nextAbove()) + " too")
                .findFirst()
                .orElse("");
    }
}
