package io.batchscope.train;

import io.batchscope.data.Split;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Target;
import io.batchscope.result.Outcome;
import io.batchscope.train.Replica.Score;
import org.jspecify.annotations.Nullable;

/** The evaluations of a run on one rank, and what they decide: whether it has diverged or reached its target. */
final class Evaluations {
    private final RunPlan plan;
    private final Evaluator evaluator;
    private final RunState state;
    private final MemoryPeaks memory;
    private final TrainingListener listener;

    /** @param state is told of rows, of the untrained loss and of the target */
    Evaluations(RunPlan plan, Evaluator evaluator, RunState state, MemoryPeaks memory, TrainingListener listener) {
        this.plan = plan;
        this.evaluator = evaluator;
        this.state = state;
        this.memory = memory;
        this.listener = listener;
    }

    /** Before the first update. */
    void first() {
        Score start = evaluate(Split.VALIDATION);
        if (start.examples() > 0) {
            state.divergence.initial(start.loss());
        }
    }

    /**
     * Between updates, and after the last.
     *
     * @param outcome as far as it is known
     * @return likewise, after the evaluation
     */
    @Nullable
    Outcome next(@Nullable Outcome outcome) {
        Score score = evaluate(Split.VALIDATION);
        if (score.examples() == 0) {
            return outcome;
        }
        if (!Double.isFinite(score.loss())) {
            return new Outcome.Diverged(state.step, score.loss());
        }
        Target target = plan.target();
        if (target != null && state.reached == null && target.isPassedBy(score.loss(), score.accuracy())) {
            state.reached = new Checkpoint.Reached(state.step, StepTimes.seconds(state.total.totalNanos));
            if (target.stop() && outcome == null) {
                return new Outcome.ReachedTarget(state.step);
            }
        }
        return outcome;
    }

    /** Measures the other splits with the last parameters, which may yet show that the run has diverged. */
    Outcome last(Outcome outcome) {
        if (outcome instanceof Outcome.Diverged) {
            return outcome;
        }
        Score train = evaluate(Split.TRAIN);
        evaluate(Split.TEST);
        return Double.isFinite(train.loss()) ? outcome : new Outcome.Diverged(state.step, train.loss());
    }

    private Score evaluate(Split split) {
        Score score = evaluator.score(split);
        memory.sample();
        if (score.examples() > 0 && Double.isFinite(score.loss())) {
            listener.onEvaluation(state.rows.keep(state.step, StepTimes.seconds(state.total.totalNanos), split, score));
        }
        return score;
    }
}
