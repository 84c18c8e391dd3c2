package io.batchscope.plan;

import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.DecayShape;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Piece;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.schedule.LearningRateSchedule.Constant;
import io.batchscope.schedule.LearningRateSchedule.Cosine;
import io.batchscope.schedule.LearningRateSchedule.Exponential;
import io.batchscope.schedule.LearningRateSchedule.Joined;
import io.batchscope.schedule.LearningRateSchedule.OneMinusSqrt;
import io.batchscope.schedule.LearningRateSchedule.Polynomial;
import io.batchscope.schedule.LearningRateSchedule.StepDecay;
import io.batchscope.units.Span;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The shape of a run's rate after its warmup.
 *
 * @param peak the rate that it begins with
 */
record Shapes(RecipeConfig recipe, Regime regime, double peak, long warmupSteps) {
    /** The shape; what does not fit the run's length becomes a problem. */
    LearningRateSchedule shape(List<String> problems) {
        ScheduleConfig config = config();
        long rest = regime.steps() - warmupSteps;
        double end = config.endFactor() * peak;
        return switch (config.shape()) {
            case CONSTANT -> new Constant(peak);
            case COSINE -> new Cosine(peak, end, rest);
            case POLYNOMIAL -> new Polynomial(peak, end, rest, config.power());
            case STEP ->
                new StepDecay(
                        peak,
                        milestones("learning-rate.milestones", config.milestones(), regime, warmupSteps, problems)
                                .stream()
                                .map(milestone -> milestone - warmupSteps)
                                .toList(),
                        config.stepFactor());
            case WSD -> warmupStableDecay(end, rest, problems);
            case PIECES -> pieces(problems);
        };
    }

    private ScheduleConfig config() {
        return recipe.learningRate().schedule();
    }

    /** Constant, then a decay (Hu et al. 2024; Hägele et al. 2024). */
    private LearningRateSchedule warmupStableDecay(double end, long rest, List<String> problems) {
        long decay = Math.max(1, regime.updates(config().decay()));
        if (decay > rest) {
            problems.add("decay of " + config().decay() + " (" + recipe.key("learning-rate.decay")
                    + "): must fit between the end of warmup and the end of the run, but at batch size "
                    + regime.geometry().batchSize() + " it takes " + decay + " of " + regime.steps() + " updates after "
                    + warmupSteps + " of warmup; shorten it");
            return new Constant(peak);
        }
        LearningRateSchedule last = way(config().decayShape(), peak, end, decay);
        return decay == rest ? last : new Joined(new Constant(peak), rest - decay, last);
    }

    private LearningRateSchedule pieces(List<String> problems) {
        List<Piece> pieces = config().pieces();
        List<Span> ends =
                pieces.stream().flatMap(piece -> piece.until().stream()).toList();
        List<Long> boundaries = milestones("learning-rate.pieces", ends, regime, 0, problems);
        if (boundaries.size() != pieces.size() - 1) {
            return new Constant(peak);
        }
        LearningRateSchedule joined = piece(boundaries, pieces.size() - 1);
        for (int i = pieces.size() - 2; i >= 0; i--) {
            joined = new Joined(piece(boundaries, i), boundaries.get(i) - start(boundaries, i), joined);
        }
        return joined;
    }

    private LearningRateSchedule piece(List<Long> boundaries, int index) {
        Piece piece = config().pieces().get(index);
        long end = index < boundaries.size() ? boundaries.get(index) : regime.steps();
        return way(piece.shape(), piece.from() * peak, piece.to() * peak, end - start(boundaries, index));
    }

    private static long start(List<Long> boundaries, int index) {
        return index == 0 ? 0 : boundaries.get(index - 1);
    }

    private static LearningRateSchedule way(DecayShape shape, double from, double to, long steps) {
        if (from == to) {
            return new Constant(from);
        }
        return switch (shape) {
            case LINEAR -> new Polynomial(from, to, steps, 1);
            case COSINE -> new Cosine(from, to, steps);
            case EXPONENTIAL -> new Exponential(from, to, steps);
            case ONE_MINUS_SQRT -> new OneMinusSqrt(from, to, steps);
        };
    }

    /** Milestones in updates from the start of the run; none where they do not ascend between warmup and the run's end. */
    private List<Long> milestones(
            String key, List<Span> spans, Regime regime, long warmupSteps, List<String> problems) {
        return milestones(recipe, key, spans, regime, warmupSteps, problems);
    }

    /** The same for milestones of any kind. */
    static List<Long> milestones(
            RecipeConfig recipe, String key, List<Span> spans, Regime regime, long warmupSteps, List<String> problems) {
        List<Long> milestones = spans.stream().map(regime::updates).toList();
        long previous = Math.max(0, warmupSteps - 1);
        boolean fits = true;
        for (long milestone : milestones) {
            fits &= milestone > previous && milestone < regime.steps();
            previous = milestone;
        }
        if (fits) {
            return milestones;
        }
        String asked = spans.stream().map(Span::toString).collect(Collectors.joining(", "));
        String inSteps = milestones.stream().map(String::valueOf).collect(Collectors.joining(", "));
        problems.add("milestones " + asked + " (" + recipe.key(key)
                + "): must ascend between the end of warmup and the end of the run, but at batch size "
                + regime.geometry().batchSize() + " they are updates " + inSteps + " of " + regime.steps() + " after "
                + warmupSteps + " of warmup; move them");
        return List.of();
    }
}
