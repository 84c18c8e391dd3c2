package io.batchscope.analysis;

import io.batchscope.law.GoalTime;
import io.batchscope.law.Interval;
import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** Parts of what a recommendation says. */
final class RecommendationText {
    private static final int MOST_RUNS = 100;

    private RecommendationText() {}

    /** {@code Batch 512 at peak rate 0.08 with 60 updates of warmup on 2 workers}. */
    static String place(StudySummary summary, VariantSummary group, RunRecord run) {
        return "Batch " + NumberText.count(run.batchSize())
                + (summary.hasVariants() ? " with " + group.name() : "") + " at peak rate "
                + NumberText.significant(run.peakLearningRate())
                + (run.warmupSteps() == 0
                        ? " without warmup"
                        : " with " + NumberText.counted(run.warmupSteps(), "update") + " of warmup")
                + " on " + NumberText.counted(run.workers(), "worker");
    }

    static String confidence(StudySummary summary, Ranking ranking) {
        String words = "; confidence " + ranking.confidence().words() + ": ";
        return switch (ranking.confidence()) {
            case LOW -> words + "single runs show nothing of what others would give, 3 seeds or more would";
            case HIGH ->
                words
                        + (ranking.ordered().size() == 1
                                ? "nothing else is left to compare"
                                : "no other batch size comes as near as the runs differ");
            case MODERATE ->
                words
                        + ranking.near().stream()
                                .map(place -> "batch "
                                        + NumberText.count(place.group().batch().batchSize())
                                        + (summary.hasVariants()
                                                ? " with " + place.group().name()
                                                : ""))
                                .collect(Collectors.joining(", "))
                        + " cannot be told from it" + decide(ranking);
        };
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

    /** Where the laws see the fewest seconds. */
    static String timeLaw(VariantSummary group, VariantLaws laws) {
        return laws.goalTimes().stream()
                .filter(on -> group.batch().workers().equals(List.of(on.time().workers())))
                .map(VariantLaws.OnWorkers::time)
                .filter(time -> GoalLaw.isKnown(time.bestBatchSize()))
                .findFirst()
                .map(time -> timeLaw(group.batch().batchSize(), time, laws))
                .orElse("");
    }

    private static String timeLaw(long batchSize, GoalTime time, VariantLaws laws) {
        Interval flat = time.within(TimeFindings.FLAT);
        GoalLaw goal = Objects.requireNonNull(laws.goal());
        double best = time.bestBatchSize();
        boolean tried =
                best >= goal.batchSizes().getMin() && best <= goal.batchSizes().getMax();
        String law = "; the laws expect at most 10 % above the fewest seconds from batch "
                + NumberText.between(flat.low(), flat.high());
        if (flat.contains(batchSize)) {
            return law;
        }
        return law + (tried ? ", so train at " : ", beyond those tried, so train at ") + NumberText.significant(best)
                + " too";
    }

    /** Why nothing is known of a target, and which one to set. */
    static String noTarget(StudySummary summary, boolean someArrived) {
        if (someArrived) {
            return "at no batch size did every run reach the target; train longer or set a nearer one";
        }
        OptionalDouble reached = summary.byVariant().stream()
                .map(group -> group.batch().validationAccuracy())
                .filter(Objects::nonNull)
                .mapToDouble(estimate -> Math.floor(estimate.mean() * 100 - 1) / 100)
                .filter(value -> value > 0)
                .min();
        return "no run reached a target; set one"
                + (reached.isPresent()
                        ? ", such as --set target.value=" + NumberText.fixed(reached.getAsDouble(), 2)
                                + ", which every batch size passed"
                        : "");
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
