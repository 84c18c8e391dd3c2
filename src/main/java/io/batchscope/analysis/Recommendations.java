package io.batchscope.analysis;

import io.batchscope.analysis.Ranking.Place;
import io.batchscope.analysis.Recommendation.Confidence;
import io.batchscope.analysis.Recommendation.Purpose;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which of the batch sizes that were trained to train with, over all recipes, modes and numbers of workers, by what was measured;
 * the laws say beside it whether a batch size in between or beyond would be better.
 */
public final class Recommendations {
    private final StudySummary summary;
    private final List<RunRecord> runs;
    private final List<VariantLaws> laws;
    private final @Nullable Quality quality;
    private final Ranking fastest;
    private final Ranking cheapest;
    private final Ranking best;
    private final boolean stopped;

    private Recommendations(StudySummary summary, List<RunRecord> runs, List<VariantLaws> laws) {
        this.summary = summary;
        this.runs = runs;
        this.laws = laws;
        this.quality = Quality.ofChoice(
                        summary.byVariant().stream().map(VariantSummary::batch).toList())
                .orElse(null);
        List<VariantSummary> settled =
                summary.byVariant().stream().filter(VariantSummary::allSettled).toList();
        List<VariantSummary> arrived = settled.stream()
                .filter(group -> group.batch().arrived() == group.batch().runs())
                .toList();
        this.fastest = ranking(arrived, run -> log(run.secondsToTarget()));
        this.cheapest = ranking(arrived, run -> log(workerSeconds(run)));
        this.best = ranking(settled, this::badness);
        this.stopped = summary.outcomes().containsKey("ReachedTarget");
    }

    /** For every purpose; none for a study without runs. */
    public static List<Recommendation> of(StudyTables all) {
        StudySummary summary = StudySummary.of(all);
        return of(summary, summary.searches().tuned(all), VariantLaws.of(summary, all));
    }

    static List<Recommendation> of(StudySummary summary, StudyTables tuned, List<VariantLaws> laws) {
        if (summary.runs() == 0) {
            return List.of();
        }
        Recommendations from = new Recommendations(summary, tuned.runs(), laws);
        return List.of(from.overall(), from.fastest(), from.cheapest(), from.generalization(), from.largest());
    }

    /** By a column of the groups' runs; groups are left out of which a run does not have it. */
    private Ranking ranking(List<VariantSummary> groups, Function<RunRecord, @Nullable Double> column) {
        Map<VariantSummary, List<Double>> values = new HashMap<>();
        for (VariantSummary group : groups) {
            List<RunRecord> own = runs(group).toList();
            List<Double> known = own.stream()
                    .<@Nullable Double>map(column)
                    .filter(Objects::nonNull)
                    .map(Double::valueOf)
                    .toList();
            if (known.size() == own.size()) {
                values.put(group, known);
            }
        }
        return Ranking.of(values);
    }

    private Stream<RunRecord> runs(VariantSummary group) {
        return runs.stream()
                .filter(run -> run.batchSize() == group.batch().batchSize()
                        && summary.variants().of(run.runId()).equals(group.variant()));
    }

    private static @Nullable Double workerSeconds(RunRecord run) {
        Double seconds = run.secondsToTarget();
        return seconds == null ? null : (Double) (seconds * run.workers());
    }

    /** Spreads of times are alike in ratios. */
    private static @Nullable Double log(@Nullable Double seconds) {
        return seconds == null || !(seconds > 0) ? null : (Double) Math.log(seconds);
    }

    private @Nullable Double badness(RunRecord run) {
        Double value = quality == null ? null : quality.column(run);
        return value == null || quality == null || !quality.isAccuracy() ? value : (Double) (-value);
    }

    /** Those whose quality is not shown to be below the best; all that arrived where runs end at the target. */
    private List<VariantSummary> good() {
        if (stopped || best.isEmpty()) {
            return fastest.ordered().stream().map(Place::group).toList();
        }
        List<VariantSummary> good = new ArrayList<>(List.of(best.first().group()));
        best.near().forEach(place -> good.add(place.group()));
        return good;
    }

    private Recommendation overall() {
        List<VariantSummary> good = good();
        Ranking fast = fastest.only(good);
        String kept = stopped
                ? ", where all runs were stopped"
                : " of those whose " + words() + " is not shown to be below the best";
        if (!fast.isEmpty()) {
            return chosen(
                    Purpose.OVERALL,
                    fast,
                    "reaches the target soonest" + kept + ", in " + secondsText(fast),
                    timeLaw(fast.first()));
        }
        Ranking quick = ranking(good, run -> log(run.trainSeconds()));
        if (quick.isEmpty() || best.confidence() == Confidence.LOW) {
            return generalization(Purpose.OVERALL);
        }
        return chosen(
                Purpose.OVERALL,
                quick,
                "trains to its end soonest" + kept + ", in " + secondsText(quick),
                "; " + noTarget());
    }

    private Recommendation fastest() {
        return fastest.isEmpty()
                ? new Recommendation(Purpose.FASTEST, null, "Which batch is fastest is not known: " + noTarget() + ".")
                : chosen(
                        Purpose.FASTEST,
                        fastest,
                        "reaches the target soonest, in " + secondsText(fastest),
                        timeLaw(fastest.first()));
    }

    private Recommendation cheapest() {
        if (cheapest.isEmpty()) {
            return new Recommendation(
                    Purpose.CHEAPEST, null, "Which batch is cheapest is not known: " + noTarget() + ".");
        }
        boolean oneNumber = summary.byVariant().stream()
                        .flatMap(group -> group.batch().workers().stream())
                        .distinct()
                        .count()
                == 1;
        return chosen(
                Purpose.CHEAPEST,
                cheapest,
                "reaches the target for the fewest worker-seconds, " + amount(cheapest),
                oneNumber ? "; other numbers of workers were not tried (sync.workers)" : "");
    }

    private Recommendation generalization() {
        return generalization(Purpose.GENERALIZATION);
    }

    private Recommendation generalization(Purpose purpose) {
        if (stopped) {
            return new Recommendation(
                    purpose,
                    null,
                    "Which batch generalizes best is not known: runs were stopped at the target, so that all are about as"
                            + " good; train on (target.stop = false, and budget.equal = epochs or updates).");
        }
        if (best.isEmpty() || quality == null) {
            return new Recommendation(
                    purpose,
                    null,
                    "Which batch generalizes best is not known: no batch size has all its runs measured.");
        }
        return chosen(purpose, best, "has the best " + words() + ", " + qualityText(), "");
    }

    private String qualityText() {
        Estimate estimate =
                quality == null ? null : quality.estimate(best.first().group().batch());
        return quality == null || estimate == null ? "" : estimate.words(quality::text);
    }

    private Recommendation largest() {
        if (!stopped && best.confidence() == Confidence.LOW) {
            return new Recommendation(
                    Purpose.LARGEST,
                    null,
                    "How large a batch costs nothing is not known: one run a batch size cannot tell a loss from noise; train"
                            + " with 3 seeds or more.");
        }
        List<VariantSummary> good = good();
        double fewest =
                good.stream().mapToDouble(Recommendations::examples).min().orElse(0);
        Optional<VariantSummary> free = good.stream()
                .filter(group -> isFrugal(group, fewest))
                .max(Comparator.comparingLong(group -> group.batch().batchSize()));
        if (free.isEmpty()) {
            return new Recommendation(
                    Purpose.LARGEST,
                    null,
                    "No batch size is known to cost nothing: each either loses quality or takes over 20 % more examples to the"
                            + " target than the fewest; train at smaller ones.");
        }
        VariantSummary group = free.get();
        Optional<GoalLaw> goal = goal(group);
        String examples = goal.map(
                        law -> ", and by the law of its updates it takes at most 20 % more examples to the target than"
                                + " the fewest (up to batch "
                                + NumberText.significant(0.2 * law.law().criticalBatchSize()) + ")")
                .orElse(
                        ", and it took at most 20 % more examples than the fewest; what it takes to a target is not known: "
                                + noTarget());
        return new Recommendation(
                Purpose.LARGEST,
                choice(group, Confidence.MODERATE),
                RecommendationText.place(summary, group, run(group)) + " is the largest that costs nothing: "
                        + (stopped
                                ? "all runs reached the target"
                                : "its " + words() + " is not shown to be below the best")
                        + examples + "; a loss or a saving smaller than the runs' spread would not show.");
    }

    /** Whether it takes at most 20 % more examples than the fewest, by law or, without one, by what the runs saw. */
    private boolean isFrugal(VariantSummary group, double fewest) {
        return goal(group)
                .map(goal -> group.batch().batchSize() <= 0.2 * goal.law().criticalBatchSize())
                .orElseGet(() -> examples(group) <= 1.2 * fewest);
    }

    private static double examples(VariantSummary group) {
        Estimate examples = group.batch().examples();
        return examples == null ? Double.POSITIVE_INFINITY : examples.mean();
    }

    private Optional<VariantLaws> laws(VariantSummary group) {
        return laws.stream().filter(of -> of.variant().equals(group.variant())).findFirst();
    }

    private Optional<GoalLaw> goal(VariantSummary group) {
        return laws(group).map(VariantLaws::goal).filter(goal -> !goal.isOpen());
    }

    private String timeLaw(Place place) {
        return laws(place.group())
                .map(of -> RecommendationText.timeLaw(place.group(), of))
                .orElse("");
    }

    private String noTarget() {
        return RecommendationText.noTarget(
                summary, laws.stream().anyMatch(of -> !of.arrivals().isEmpty()));
    }

    private String words() {
        return quality == null ? "quality" : quality.words();
    }

    private static String secondsText(Ranking ranking) {
        return RecommendationText.amount(ranking, " s");
    }

    private static String amount(Ranking ranking) {
        return RecommendationText.amount(ranking, "");
    }

    private Recommendation chosen(Purpose purpose, Ranking ranking, String why, String rest) {
        VariantSummary group = ranking.first().group();
        return new Recommendation(
                purpose,
                choice(group, ranking.confidence()),
                RecommendationText.place(summary, group, run(group)) + " " + why
                        + RecommendationText.confidence(summary, ranking) + rest
                        + RecommendationText.edge(summary, group) + ".");
    }

    private Recommendation.Choice choice(VariantSummary group, Confidence confidence) {
        RunRecord run = run(group);
        return new Recommendation.Choice(
                group.variant(), run.batchSize(), run.peakLearningRate(), run.warmupSteps(), run.workers(), confidence);
    }

    private RunRecord run(VariantSummary group) {
        return runs(group).findFirst().orElseThrow();
    }
}
