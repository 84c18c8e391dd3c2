package io.batchscope.study;

import io.batchscope.plan.RunPlan;
import io.batchscope.result.Outcome;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingEngine;
import io.batchscope.train.TrainingListener;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Trains nothing: gives each run the outcome it is told to, and remembers what ran when. */
final class ScriptedEngine implements TrainingEngine {
    final List<String> started = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger mostAtOnce = new AtomicInteger();
    final AtomicInteger besideShared = new AtomicInteger();
    /** Runs that have begun and wait for a permit; without {@link #holding} none does. */
    final Semaphore begun = new Semaphore(0);

    final Semaphore permits = new Semaphore(0);

    private final Function<RunPlan, Outcome> script;
    private final boolean holds;
    private final AtomicInteger running = new AtomicInteger();

    private ScriptedEngine(Function<RunPlan, Outcome> script, boolean holds) {
        this.script = script;
        this.holds = holds;
    }

    /** Ends every run at once. */
    static ScriptedEngine of(Function<RunPlan, Outcome> script) {
        return new ScriptedEngine(script, false);
    }

    /** Ends a run only when a permit is released, or as failed when interrupted. */
    static ScriptedEngine holding(Function<RunPlan, Outcome> script) {
        return new ScriptedEngine(script, true);
    }

    @Override
    public TrainedRun train(RunPlan plan, TrainingListener listener) {
        started.add(plan.runId());
        int now = running.incrementAndGet();
        mostAtOnce.accumulateAndGet(now, Math::max);
        if (plan.workers() > 1) {
            besideShared.accumulateAndGet(now - 1, Math::max);
        }
        try {
            begun.release();
            if (holds) {
                permits.acquire();
            }
            listener.onProgress(plan.plannedSteps());
            Outcome outcome = script.apply(plan);
            return outcome instanceof Outcome.Failed failed
                    ? TrainedRun.failed(failed.cause())
                    : SamplePlans.trained(plan, outcome);
        } catch (InterruptedException e) {
            return TrainedRun.failed("interrupted");
        } finally {
            running.decrementAndGet();
        }
    }
}
