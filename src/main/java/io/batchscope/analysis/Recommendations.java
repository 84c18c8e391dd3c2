package io.batchscope.analysis;

import io.batchscope.analysis.Ranking.Place;
import io.batchscope.analysis.Recommendation.Confidence;
import io.batchscope.analysis.Recommendation.Purpose;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Which of the batch sizes that were trained to train with, over all recipes, modes and numbers of workers, by what was measured;
 * the laws say beside it whether a batch size in between or beyond would be better.
 */
public final class Recommendations {
    /** What costs nothing takes at most so many times the fewest examples. */
    private static final double FRUGAL = 1.2;

    private final StudySummary summary;
    private final Candidates candidates;
    private final List<VariantLaws> laws;

    private Recommendations(Candidates candidates, List<VariantLaws> laws) {
        this.summary = candidates.summary();
        this.candidates = candidates;
        this.laws = laws;
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
        Recommendations from = new Recommendations(Candidates.of(summary, tuned.runs()), laws);
        return List.of(from.overall(), from.fastest(), from.cheapest(), from.generalization(), from.largest());
    }

    private Recommendation overall() {
        List<VariantSummary> good = candidates.good();
        Ranking fast = candidates.fastest().only(good);
        String kept = candidates.stopped()
                ? ", where all runs were stopped"
                : " of those whose " + candidates.qualityWords() + " is not shown to be below the best";
        if (!fast.isEmpty()) {
            return chosen(
                    Purpose.OVERALL,
                    fast,
                    "reaches the target soonest" + kept + ", in " + secondsText(fast),
                    timeLaw(fast.first()));
        }
        if (candidates.stopped()) {
            return unknown(Purpose.OVERALL, "Which batch to use is not known: " + noTarget());
        }
        Ranking quick = candidates.byTrainingTime(good);
        if (quick.isEmpty() || candidates.wereCut(good) || candidates.best().confidence() == Confidence.LOW) {
            return generalization(Purpose.OVERALL);
        }
        return chosen(
                Purpose.OVERALL,
                quick,
                "trains to its end soonest" + kept + ", in " + secondsText(quick),
                "; " + noTarget());
    }

    private Recommendation fastest() {
        Ranking fastest = candidates.fastest();
        return fastest.isEmpty()
                ? unknown(Purpose.FASTEST, "Which batch is fastest is not known: " + noTarget())
                : chosen(
                        Purpose.FASTEST,
                        fastest,
                        "reaches the target soonest, in " + secondsText(fastest),
                        timeLaw(fastest.first()));
    }

    private Recommendation cheapest() {
        Ranking cheapest = candidates.cheapest();
        return cheapest.isEmpty()
                ? unknown(Purpose.CHEAPEST, "Which batch is cheapest is not known: " + noTarget())
                : chosen(
                        Purpose.CHEAPEST,
                        cheapest,
                        "reaches the target for the fewest worker-seconds, " + RecommendationText.amount(cheapest, ""),
                        TimeFindings.hasOneNumberOfWorkers(summary)
                                ? "; other numbers of workers were not tried (sync.workers)"
                                : "");
    }

    private Recommendation generalization() {
        return generalization(Purpose.GENERALIZATION);
    }

    private Recommendation generalization(Purpose purpose) {
        Quality quality = candidates.quality();
        if (candidates.stopped()) {
            return unknown(
                    purpose,
                    "Which batch generalizes best is not known: runs were stopped at the target, so that all are about as"
                            + " good; train on (target.stop = false, and budget.equal = epochs or updates)");
        }
        Ranking best = candidates.best();
        if (best.isEmpty() || quality == null) {
            return unknown(
                    purpose,
                    "Which batch generalizes best is not known: at no batch size did every run end regularly and was"
                            + " measured; the counts of diverged and failed runs say what to change");
        }
        Estimate estimate = quality.estimate(best.first().group().batch());
        return chosen(
                purpose,
                best,
                "has the best " + quality.words() + (estimate == null ? "" : ", " + estimate.words(quality::text)),
                "");
    }

    private Recommendation largest() {
        List<VariantSummary> good = candidates.good();
        if (good.isEmpty()) {
            return unknown(
                    Purpose.LARGEST,
                    "How large a batch costs nothing is not known: at no batch size did every run "
                            + (candidates.stopped() ? "reach the target" : "end regularly"));
        }
        Confidence confidence =
                candidates.stopped() ? Confidence.MODERATE : candidates.best().confidence();
        if (confidence == Confidence.LOW) {
            return unknown(
                    Purpose.LARGEST,
                    "How large a batch costs nothing is not known: single runs cannot tell a loss from noise; train with"
                            + " 3 seeds or more");
        }
        boolean toTarget = candidates.arrived().containsAll(good);
        double fewest = good.stream()
                .mapToDouble(group -> examples(group, toTarget))
                .min()
                .orElse(0);
        Optional<VariantSummary> free = good.stream()
                .filter(group -> isFrugal(group, toTarget, fewest))
                .max(Comparator.comparingLong(group -> group.batch().batchSize()));
        return free.map(group -> largest(group, toTarget))
                .orElseGet(() -> unknown(
                        Purpose.LARGEST,
                        "No batch size is known to cost nothing: each either loses quality or takes over 20 % more examples to"
                                + " the target than the fewest; train at smaller ones"));
    }

    private Recommendation largest(VariantSummary group, boolean toTarget) {
        String examples = goal(group)
                .map(law ->
                        "by the law of its updates it takes at most 20 % more examples to the target than the fewest (up"
                                + " to batch "
                                + NumberText.significant(0.2 * law.law().criticalBatchSize()) + ")")
                .orElse(
                        toTarget
                                ? "it took at most 20 % more examples to the target than the fewest"
                                : "it took at most 20 % more examples than the fewest; " + noTarget());
        return new Recommendation(
                Purpose.LARGEST,
                choice(group, Confidence.MODERATE),
                RecommendationText.place(summary, group, candidates.run(group)) + " is the largest that costs nothing: "
                        + (candidates.stopped()
                                ? "all its runs reached the target"
                                : "its " + candidates.qualityWords() + " is not shown to be below the best")
                        + ", and " + examples + "; a loss or a saving smaller than the runs' spread would not show.");
    }

    /** Whether it takes at most 20 % more examples than the fewest, by law or, without one, by what the runs saw. */
    private boolean isFrugal(VariantSummary group, boolean toTarget, double fewest) {
        return goal(group)
                .map(goal -> group.batch().batchSize() <= 0.2 * goal.law().criticalBatchSize())
                .orElseGet(() -> examples(group, toTarget) <= FRUGAL * fewest);
    }

    private static double examples(VariantSummary group, boolean toTarget) {
        Estimate examples =
                toTarget ? group.batch().examplesToTarget() : group.batch().examples();
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
                .map(of -> TargetAdvice.timeLaw(summary, place.group(), of))
                .orElse("");
    }

    private String noTarget() {
        return TargetAdvice.why(candidates);
    }

    private static String secondsText(Ranking ranking) {
        return RecommendationText.amount(ranking, " s");
    }

    private static Recommendation unknown(Purpose purpose, String why) {
        return new Recommendation(purpose, null, why + ".");
    }

    private Recommendation chosen(Purpose purpose, Ranking ranking, String why, String rest) {
        VariantSummary group = ranking.first().group();
        return new Recommendation(
                purpose,
                choice(group, ranking.confidence()),
                RecommendationText.place(summary, group, candidates.run(group)) + " " + why
                        + RecommendationText.confidence(summary, ranking) + rest
                        + RecommendationText.edge(summary, group) + ".");
    }

    private Recommendation.Choice choice(VariantSummary group, Confidence confidence) {
        RunRecord run = candidates.run(group);
        return new Recommendation.Choice(
                group.variant(),
                run.batchSize(),
                RecommendationText.rate(run),
                run.warmupSteps(),
                run.workers(),
                confidence);
    }
}
