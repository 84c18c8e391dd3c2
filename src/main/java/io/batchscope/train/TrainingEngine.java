package io.batchscope.train;

import io.batchscope.plan.RunPlan;

/**
 * Trains one planned run to its outcome. The loop that the engines of this project run on each of their ranks ({@link
 * StepLoop}):
 *
 * <pre>{@code
 * evaluate validation                                    // listener.onEvaluation, step 0
 * for update = 0 … planned − 1:
 *     agreement = synchronizer.update(update, schedule.rateAt(update), votes)
 *                                                        // listener.onProgress
 *     if none: continue                                  // ranks are apart
 *     for each update since the last agreement:
 *         if its loss diverged: stop                     // outcome Diverged(step, loss)
 *                                                        // now and then listener.onStep
 *     if anybody voted to stop: stop                     // outcome BudgetExhausted(step)
 *     if due since the last agreement:
 *         evaluate validation                            // listener.onEvaluation
 *         if target passed and target.stop: stop         // outcome ReachedTarget(step)
 *     if due: begin to write a checkpoint                // a run that was cut short goes on after it
 * evaluate train, validation, test                       // listener.onEvaluation
 * if it did not diverge: measure the probes              // parameters as they are
 *                                                        // listener.onEnd
 * }</pre>
 *
 * After an <em>agreement</em> all ranks hold the same parameters, to the bit. The last update ends with one in every mode. An
 * update in the exact mode ({@link ExactSynchronizer}), which always does; B is the size of the global batch:
 *
 * <pre>{@code
 * gradient = 0
 * for each micro-batch of this rank's share of the global batch:
 *     gradient += replica.gradient(micro-batch, 1/B)     // sum over examples, weighted
 *         in the last one, for each bucket of the gradient that is final:
 *             collective.begin(bucket)                   // summed while the backward pass goes on
 * collective.begin(loss, votes)
 * collective.finish()                                    // exact: same bits on every rank
 * parameters = rule(parameters, gradient, rate)
 * }</pre>
 *
 * A gradient of a single bucket is summed together with loss and votes, in one operation after the last micro-batch. An
 * update with parameter averaging ({@link ParameterAveragingSynchronizer}), which ends with an agreement in every H-th:
 *
 * <pre>{@code
 * for each micro-batch of this rank's share, n of B examples:
 *     gradient += replica.gradient(micro-batch, 1/n)
 * if n > 0: parameters, state = rule(parameters, state, gradient, rate)
 * at the end of a round:
 *     for each vector of parameters and state:
 *         vector = collective.sum(vector · examples that this rank saw in the round / all)
 *     collective.sum(losses of the round, votes, ‖parameters before − after‖²)
 * }</pre>
 *
 * With gradient sharing ({@link GradientSharingSynchronizer}) an update is the exact mode's, but that of each rank's part of
 * the gradient only what is beyond a threshold is sent.
 */
public interface TrainingEngine {
    /**
     * Trains and measures; a run that could not be carried out comes back as outcome {@code Failed}, not as an
     * exception.
     */
    TrainedRun train(RunPlan plan, TrainingListener listener);
}
