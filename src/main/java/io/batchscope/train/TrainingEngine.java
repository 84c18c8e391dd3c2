package io.batchscope.train;

import io.batchscope.plan.RunPlan;

/**
 * Trains one planned run to its outcome. The loop that every engine runs on each of its ranks ({@link StepLoop}):
 *
 * <pre>{@code
 * evaluate validation                                    // listener.onEvaluation, step 0
 * for update = 0 … planned − 1:
 *     gradient = 0
 *     for each micro-batch of this rank's share of the global batch:
 *         gradient += replica.gradient(micro-batch, 1/B) // sum over examples, weighted
 *             in the last one, for each bucket of the gradient that is final:
 *                 collective.begin(bucket)               // summed while the backward pass goes on
 *     collective.begin(loss, votes to stop)
 *     collective.finish()                                // exact: same bits on every rank
 *     if loss diverged: stop                             // outcome Diverged(step, loss)
 *     parameters = rule(parameters, gradient, schedule.rateAt(update))
 *                                                        // listener.onProgress, now and then onStep
 *     now and then: evaluate validation                  // listener.onEvaluation
 *     if target passed and target.stop: stop             // outcome ReachedTarget(step)
 * evaluate train, validation, test                       // listener.onEvaluation
 *                                                        // listener.onEnd
 * }</pre>
 *
 * A gradient of a single bucket is summed together with loss and votes, in one operation after the last micro-batch.
 */
public interface TrainingEngine {
    /**
     * Trains and measures; a run that could not be carried out comes back as outcome {@code Failed}, not as an
     * exception.
     */
    TrainedRun train(RunPlan plan, TrainingListener listener);
}
