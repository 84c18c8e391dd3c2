package io.batchscope.study;

import static io.batchscope.study.SamplePlans.RECORDS;
import static io.batchscope.study.SamplePlans.plan;
import static io.batchscope.study.SamplePlans.study;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyPlan;
import io.batchscope.result.Outcome;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StudyStatus;
import io.batchscope.train.TrainingEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StudyRunnerTest {
    private static final RunPlan ONE = plan("r1", 1, 1, 600);
    private static final RunPlan EIGHT = plan("r8", 8, 1, 80);
    private static final RunPlan SIXTY_FOUR = plan("r64", 64, 1, 10);
    private static final RunPlan FULL = plan("rf", 100, 2, 10);
    private static final StudyPlan STUDY = study(ONE, EIGHT, SIXTY_FOUR, FULL);

    private final MemoryStore store = new MemoryStore();
    private final ExecutorService caller = Executors.newSingleThreadExecutor();

    @AfterEach
    void endCaller() {
        caller.shutdownNow();
    }

    private StudyRunner runner(TrainingEngine engine) {
        return new StudyRunner(engine, store, 2, RECORDS, ModelKeeper.NONE, StudyListener.NONE);
    }

    private static ScriptedEngine completing() {
        return ScriptedEngine.of(plan -> new Outcome.Completed());
    }

    private <T> Future<T> start(Callable<T> call) {
        return caller.submit(call);
    }

    private static void await(ScriptedEngine engine, int begun) throws InterruptedException {
        assertThat(engine.begun.tryAcquire(begun, 30, TimeUnit.SECONDS)).isTrue();
    }

    private List<String> ids() {
        return store.read().runs().stream().map(RunRecord::runId).sorted().toList();
    }

    @Test
    void trainsEveryRunAndSaysSo() {
        StudyOutcome outcome = runner(completing()).run(STUDY);
        assertThat(outcome).isEqualTo(new StudyOutcome(new StudyStatus.Counts(4, 4, 0, 0), 4, false));
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.state()).isEqualTo(StudyStatus.State.SUCCEEDED);
        assertThat(ids()).containsExactly("r1", "r64", "r8", "rf");
    }

    @Test
    void aSecondCallFindsNothingToDo() {
        runner(ScriptedEngine.of(plan -> plan.equals(EIGHT) ? new Outcome.Diverged(1, 100) : new Outcome.Completed()))
                .run(STUDY);
        ScriptedEngine second = completing();
        StudyOutcome outcome = runner(second).run(STUDY);
        assertThat(second.started).isEmpty();
        assertThat(outcome.nothingToDo()).isTrue();
        assertThat(outcome.counts()).isEqualTo(new StudyStatus.Counts(4, 3, 1, 0));
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void aFailedRunDoesNotEndTheStudyAndIsDoneAgainNextTime() {
        StudyOutcome outcome = runner(ScriptedEngine.of(
                        plan -> plan.equals(ONE) ? new Outcome.Failed("no memory") : new Outcome.Completed()))
                .run(STUDY);
        assertThat(outcome.counts()).isEqualTo(new StudyStatus.Counts(4, 3, 0, 1));
        assertThat(outcome.exitCode()).isEqualTo(5);
        assertThat(outcome.state()).isEqualTo(StudyStatus.State.PARTIAL);
        assertThat(ids()).hasSize(4);
        ScriptedEngine second = completing();
        assertThat(runner(second).run(STUDY)).isEqualTo(new StudyOutcome(new StudyStatus.Counts(4, 4, 0, 0), 1, false));
        assertThat(second.started).containsExactly("r1");
    }

    @Test
    void anEngineThatThrowsIsAFailedRun() {
        StudyOutcome outcome = runner(ScriptedEngine.of(plan -> {
                    if (plan.equals(ONE)) {
                        throw new IllegalStateException("engine broke");
                    }
                    return new Outcome.Completed();
                }))
                .run(STUDY);
        assertThat(outcome.exitCode()).isEqualTo(5);
        assertThat(store.read().runs())
                .filteredOn(run -> run.outcome().equals("Failed"))
                .extracting(RunRecord::runId, RunRecord::outcomeDetail)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("r1", "java.lang.IllegalStateException: engine broke"));
    }

    @Test
    void usesTheSlotsForOneWorkerRunsAndGivesRunsOfSeveralWorkersTheWholeCluster() throws Exception {
        ScriptedEngine engine = ScriptedEngine.holding(plan -> new Outcome.Completed());
        RunPlan[] plans = IntStream.range(0, 9)
                .mapToObj(i -> plan("r" + i, 1, i < 6 ? 1 : 2, 10))
                .toArray(RunPlan[]::new);
        Future<StudyOutcome> running = start(() -> runner(engine).run(study(plans)));
        await(engine, 2);
        engine.permits.release(9);
        assertThat(running.get(30, TimeUnit.SECONDS).counts().done()).isEqualTo(9);
        assertThat(engine.mostAtOnce).hasValue(2);
        assertThat(engine.besideShared).hasValue(0);
        assertThat(engine.started.subList(0, 2)).containsExactlyInAnyOrder("r0", "r1");
        assertThat(engine.started.subList(6, 9)).containsExactly("r6", "r7", "r8");
    }

    @Test
    void writesARunAsSoonAsItEnds() throws Exception {
        ScriptedEngine engine = ScriptedEngine.holding(plan -> new Outcome.Completed());
        Future<StudyOutcome> running = start(() -> runner(engine).run(STUDY));
        await(engine, 2);
        engine.permits.release(1);
        await(engine, 1);
        // The third run is started by the thread that had written the first to end.
        assertThat(store.read().runs()).hasSize(1);
        engine.permits.release(3);
        assertThat(running.get(30, TimeUnit.SECONDS).counts().done()).isEqualTo(4);
    }

    @Test
    void givesTheSameRowsWhateverTheTiming() {
        runner(completing()).run(STUDY);
        MemoryStore other = new MemoryStore();
        new StudyRunner(completing(), other, 8, RECORDS, ModelKeeper.NONE, StudyListener.NONE).run(STUDY);
        assertThat(other.read().runs())
                .usingRecursiveFieldByFieldElementComparatorIgnoringFields("startedAt")
                .isEqualTo(store.read().runs());
        assertThat(other.read().steps()).isEqualTo(store.read().steps());
        assertThat(other.read().evals()).isEqualTo(store.read().evals());
    }

    @Test
    void stoppingStartsNoMoreRunsAndWritesNothingOfTheOnesItCutShort() throws Exception {
        ScriptedEngine engine = ScriptedEngine.holding(plan -> new Outcome.Completed());
        StudyRunner runner = runner(engine);
        Future<StudyOutcome> running = start(() -> runner.run(STUDY));
        await(engine, 2);
        runner.stop();
        StudyOutcome outcome = running.get(30, TimeUnit.SECONDS);
        assertThat(outcome).isEqualTo(new StudyOutcome(new StudyStatus.Counts(4, 0, 0, 0), 0, true));
        assertThat(outcome.exitCode()).isEqualTo(130);
        assertThat(outcome.state()).isEqualTo(StudyStatus.State.INTERRUPTED);
        assertThat(outcome.counts().remaining()).isEqualTo(4);
        assertThat(outcome.nothingToDo()).isFalse();
        assertThat(engine.started).hasSize(2);
        assertThat(store.read().runs()).isEmpty();
    }

    @Test
    void anInterruptStopsItTooAndStaysSet() throws Exception {
        ScriptedEngine engine = ScriptedEngine.holding(plan -> new Outcome.Completed());
        List<StudyOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
        List<Boolean> flags = Collections.synchronizedList(new ArrayList<>());
        Thread thread = new Thread(() -> {
            outcomes.add(runner(engine).run(STUDY));
            flags.add(Thread.currentThread().isInterrupted());
        });
        thread.start();
        await(engine, 2);
        thread.interrupt();
        thread.join(30_000);
        assertThat(outcomes).extracting(StudyOutcome::exitCode).containsExactly(130);
        assertThat(flags).containsExactly(true);
    }

    @Test
    void stoppedBeforeItBeganItDoesNothing() {
        ScriptedEngine engine = completing();
        StudyRunner runner = runner(engine);
        runner.stop();
        assertThat(runner.run(STUDY).exitCode()).isEqualTo(130);
        assertThat(engine.started).isEmpty();
    }

    /** Refuses a run, as a full disk would. */
    private static final class FullStore extends MemoryStore {
        @Override
        public synchronized void write(RunResult result) {
            if (result.run().runId().equals("r8")) {
                throw new UncheckedIOException(new IOException("no space left"));
            }
            super.write(result);
        }
    }

    @Test
    void aStoreThatFailsEndsTheStudyAfterTheRunsUnderWay() throws Exception {
        ScriptedEngine engine = ScriptedEngine.holding(plan -> new Outcome.Completed());
        FullStore full = new FullStore();
        StudyRunner runner = new StudyRunner(engine, full, 2, RECORDS, ModelKeeper.NONE, StudyListener.NONE);
        Future<StudyOutcome> running = start(() -> runner.run(study(EIGHT, SIXTY_FOUR, FULL)));
        await(engine, 2);
        engine.permits.release(2);
        assertThatThrownBy(() -> running.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageEndingWith("no space left");
        assertThat(full.finishedRuns()).isSubsetOf("r64", "rf");
    }

    @Test
    void anErrorOfTheEngineIsThrownAfterTheRunsUnderWayWereWritten() throws Exception {
        ScriptedEngine engine = ScriptedEngine.holding(plan -> {
            if (plan.equals(ONE)) {
                throw new OutOfMemoryError("made up");
            }
            return new Outcome.Completed();
        });
        Future<StudyOutcome> running = start(() -> runner(engine).run(study(ONE, EIGHT)));
        await(engine, 2);
        engine.permits.release(2);
        assertThatThrownBy(() -> running.get(30, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessage("made up");
        assertThat(ids()).containsExactly("r8");
    }

    @Test
    void keepsTheModelsOfRunsThatEndedWell() {
        Map<String, Float> kept = new TreeMap<>();
        ScriptedEngine engine = ScriptedEngine.of(plan -> plan.equals(ONE)
                ? new Outcome.Diverged(3, 100)
                : plan.equals(EIGHT) ? new Outcome.Failed("no memory") : new Outcome.ReachedTarget(5));
        new StudyRunner(
                        engine,
                        store,
                        2,
                        RECORDS,
                        (runId, parameters) -> kept.put(runId, parameters.values()[0]),
                        StudyListener.NONE)
                .run(STUDY);
        assertThat(kept).isEqualTo(Map.of("r64", 64f, "rf", 100f));
    }

    @Test
    void tellsItsListenerWhatHappens() {
        List<String> heard = new ArrayList<>();
        StudyListener listener = new StudyListener() {
            @Override
            public synchronized void onStudy(StudyStatus.State state, StudyStatus.Counts counts) {
                heard.add(state + " " + counts.done() + "/" + counts.planned());
            }

            @Override
            public synchronized void onRunStarted(RunPlan plan) {
                heard.add("start " + plan.runId());
            }

            @Override
            public synchronized void onProgress(RunPlan plan, long stepsDone) {
                heard.add(plan.runId() + " " + stepsDone + "/" + plan.plannedSteps());
            }

            @Override
            public synchronized void onRunFinished(RunPlan plan, RunRecord row) {
                heard.add("end " + plan.runId() + " " + row.outcome());
            }
        };
        new StudyRunner(completing(), store, 1, RECORDS, ModelKeeper.NONE, listener).run(study(SIXTY_FOUR));
        assertThat(heard)
                .containsExactly(
                        "RUNNING 0/1", "start r64", "r64 10/10", "end r64 Completed", "RUNNING 1/1", "SUCCEEDED 1/1");
    }

    @Test
    void passesOnWhereARunGoesOn() {
        List<String> heard = new ArrayList<>();
        StudyListener listener = new StudyListener() {
            @Override
            public void onContinued(RunPlan plan, long update) {
                heard.add(plan.runId() + " at " + update);
            }

            @Override
            public void onRestart(RunPlan plan, String cause, long update, int attempt, int attempts) {
                heard.add(plan.runId() + " at " + update + ", " + attempt + " of " + attempts + ": " + cause);
            }
        };
        TrainingEngine engine = (plan, training) -> {
            training.onContinued(3);
            training.onRestart("rank 1 was lost", 5, 2, 3);
            return SamplePlans.trained(plan, new Outcome.Completed());
        };
        new StudyRunner(engine, store, 1, RECORDS, ModelKeeper.NONE, listener).run(study(SIXTY_FOUR));
        assertThat(heard).containsExactly("r64 at 3", "r64 at 5, 2 of 3: rank 1 was lost");
    }

    @Test
    void needsASlot() {
        assertThatThrownBy(() -> new StudyRunner(completing(), store, 0, RECORDS, ModelKeeper.NONE, StudyListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slots must be at least 1, but is 0");
    }
}
