package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.StudyConfig.EvaluationConfig;
import io.batchscope.plan.StudyConfig.MeasureConfig;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.BatchTrajectory;
import io.batchscope.units.EpochGeometry;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;

/**
 * What all runs with one recipe, batch size and factor of the rate have in common: length, rates, batch sizes, distances between observations.
 *
 * @param optimizer as scaled for the batch size
 * @param regime its length and durations as if the batch size stayed
 * @param rates its rate as if the batch size stayed
 * @param schedule its rate
 * @param steps its updates; where the pace measures, at most
 * @param observed what distances between evaluations and checkpoints are taken of
 * @param cutAt milestones of the growth, from 0, at which the largest size leaves growth out
 */
record Course(
        RecipeConfig recipe,
        OptimizerConfig optimizer,
        Regime regime,
        Rates rates,
        LearningRateSchedule schedule,
        Pace pace,
        long steps,
        Regime observed,
        List<Integer> cutAt,
        EvaluationConfig evaluation) {

    EpochGeometry geometry() {
        return regime.geometry();
    }

    long batchSize() {
        return geometry().batchSize();
    }

    /** Distance between evaluations, in the units in which updates advance the schedule; at least 1. */
    long evaluateEvery() {
        return growth() == GrowthConfig.By.PLAN
                ? distance(evaluation.every())
                : Math.max(1, observed.updates(evaluation.every()));
    }

    /** Updates between checkpoints, about where measurements decide how many there are; at least 1. */
    long distance(Span span) {
        double updates = observed.updates(span);
        if (span.unit() == Span.Unit.STEPS) {
            return Math.max(1, (long) updates);
        }
        return switch (growth()) {
            case NONE -> Math.max(1, (long) updates);
            // As the whole run is shorter.
            case PLAN -> Math.max(1, Math.round(updates * steps / regime.steps()));
            // As if the batch stayed in the middle between the smallest and the largest.
            case NOISE -> {
                Pace.ByNoise noise = (Pace.ByNoise) pace;
                double middle = Math.sqrt((double) noise.least() * noise.most());
                yield Math.max(1, Math.round(updates * batchSize() / middle));
            }
        };
    }

    private GrowthConfig.By growth() {
        return recipe.growth().by();
    }

    /** Resolves one batch size, once for each factor of the recipe's search; what does not fit its length becomes a problem. */
    static List<Course> of(
            RecipeConfig recipe, EvaluationConfig evaluation, EpochGeometry geometry, List<String> problems) {
        return recipe.learningRate().factors().stream()
                .map(factor -> of(recipe, evaluation, geometry, factor, problems))
                .toList();
    }

    private static Course of(
            RecipeConfig recipe,
            EvaluationConfig evaluation,
            EpochGeometry geometry,
            double factor,
            List<String> problems) {
        boolean adascale = recipe.learningRate().scaling() == ScalingRule.ADASCALE;
        boolean stretches = adascale && !RecipeProblems.isEqualEpochs(recipe);
        Regime regime = stretches ? Regime.ofBase(recipe, geometry, problems) : Regime.of(recipe, geometry, problems);
        Rates rates = Rates.of(recipe, regime, factor, problems);
        OptimizerConfig optimizer = ScaledOptimizer.of(recipe, geometry.batchSize(), rates.peak(), problems);
        Course constant = new Course(
                recipe,
                optimizer,
                regime,
                rates,
                rates.schedule(),
                Pace.Planned.CONSTANT,
                regime.steps(),
                Regime.observed(recipe, regime),
                List.of(),
                evaluation);
        if (adascale) {
            return constant.adaScale(stretches);
        }
        return switch (recipe.growth().by()) {
            case NONE -> constant;
            case PLAN -> constant.growing(Growth.of(recipe, regime, rates, problems));
            case NOISE -> constant.byNoise(problems);
        };
    }

    private Course with(LearningRateSchedule schedule, Pace pace, long steps, List<Integer> cutAt) {
        return new Course(recipe, optimizer, regime, rates, schedule, pace, steps, observed, cutAt, evaluation);
    }

    private Course adaScale(boolean stretches) {
        double scale = (double) batchSize() / recipe.learningRate().baseBatch();
        long most = stretches ? (long) Math.ceil(regime.steps() / Math.min(1, scale)) : regime.steps();
        return with(schedule, new Pace.AdaScale(scale, stretches, regime.steps()), most, cutAt);
    }

    private Course growing(Growth growth) {
        List<BatchTrajectory.Phase> phases = growth.trajectory().phases();
        return with(
                growth.schedule(), new Pace.Planned(phases.subList(1, phases.size())), growth.steps(), growth.cutAt());
    }

    private Course byNoise(List<String> problems) {
        GrowthConfig growth = recipe.growth();
        long least = growth.least().orElse(batchSize());
        long most =
                Math.min(geometry().examples(), growth.most().orElse(geometry().examples()));
        if (batchSize() < least || batchSize() > most || batchSize() < 2) {
            problems.add("batch size " + batchSize() + " (study.batch-sizes): must lie between the smallest and the"
                    + " largest that it may change to ("
                    + recipe.key("batch-growth") + "), " + Math.max(2, least) + " and " + most
                    + "; remove it, or change min and max");
            return this;
        }
        Pace pace = new Pace.ByNoise(
                least,
                most,
                growth.noiseFactor(),
                growth.hysteresis(),
                Math.max(1, regime.updates(growth.every())),
                Math.max(1, regime.updates(growth.smoothing())),
                growth.scalesRate() ? recipe.learningRate().scaling() : ScalingRule.NONE,
                regime.examples());
        long updates = new EpochGeometry(geometry().examples(), least).stepsForExamples(regime.examples());
        return with(schedule, pace, updates, cutAt);
    }

    /** What a run of it measures; nothing where Deeplearning4j trains. */
    Measures measures(MeasureConfig asked, Synchronization synchronization, ModelFacts model) {
        if (synchronization.mode().isDeeplearning4j()) {
            return Measures.NONE;
        }
        long rows = stepRowEvery(synchronization);
        long norms = measureEvery(asked.norms(), Measures.EXAMPLES_PER_NORMS, Measures.LEAST_NORMS, rows);
        boolean parts = largestBatch() > 1 && synchronization.exact() && !model.normalizes() && !pace.measuresNoise();
        return new Measures(
                norms,
                parts ? measureEvery(asked.noise(), Measures.EXAMPLES_PER_NOISE, Measures.LEAST_NOISE, rows) : 0,
                recipe.learningRate().baseBatch());
    }

    /** Where the plan lets the batch grow, in the end. */
    private long largestBatch() {
        return pace instanceof Pace.Planned planned
                ? planned.growth().stream()
                        .mapToLong(BatchTrajectory.Phase::batchSize)
                        .reduce(batchSize(), Math::max)
                : batchSize();
    }

    /** Measurements stand in rows, so they are as far apart as these, or several times as far. */
    private long measureEvery(Optional<Span> asked, long examples, long least, long rows) {
        if (asked.isPresent() && asked.get().value() == 0) {
            return 0;
        }
        if (asked.isPresent()) {
            return (distance(asked.get()) + rows - 1) / rows * rows;
        }
        long cheap = Math.min(Measures.MOST_STEPS, (examples + batchSize() - 1) / batchSize());
        long enough = Math.max(1, steps / least);
        long every = Math.min(cheap, enough);
        return Math.max(rows, every < cheap ? every / rows * rows : (every + rows - 1) / rows * rows);
    }

    /** Whether a run of it is one of another course's with the same batch size, but for the recipe's name. */
    boolean trainsAs(Course other) {
        return batchSize() == other.batchSize()
                && recipe.regularization().equals(other.recipe.regularization())
                && recipe.budget().seconds().equals(other.recipe.budget().seconds())
                && optimizer.equals(other.optimizer)
                && schedule.equals(other.schedule)
                && plainPace().equals(other.plainPace())
                && endsAtTarget() == other.endsAtTarget()
                && steps == other.steps;
    }

    private boolean endsAtTarget() {
        return recipe.budget().equal().equals(Optional.of(BudgetConfig.Equal.TARGET));
    }

    /** At the base batch AdaScale has nothing to multiply. */
    private Pace plainPace() {
        return pace instanceof Pace.AdaScale adaScale && adaScale.scale() == 1 ? Pace.Planned.CONSTANT : pace;
    }

    /**
     * Updates between rows. Where workers are apart, there are also rows of agreements: at most one of each, and one in such
     * a distance.
     */
    long stepRowEvery(Synchronization synchronization) {
        long sampled = evaluation.maxStepRows();
        if (synchronization instanceof Synchronization.ParameterAveraging averaging
                && averaging.longestRound(steps) > 1) {
            long every = averaging.everySteps();
            long rounds = (steps - averaging.afterSteps() + every - 1) / every;
            // One more is the last update's.
            sampled = Math.max(1, Math.max((sampled - 1) / 2, sampled - 1 - rounds));
        }
        return (steps + sampled - 1) / sampled;
    }
}
