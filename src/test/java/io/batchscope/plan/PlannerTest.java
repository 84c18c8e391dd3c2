package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlannerTest {
    private static final String NOT_COMPILED = "layer 'x' (LSTM): not a kind that the fused replica knows";

    @ParameterizedTest
    @CsvSource({
        // length, min-updates, batch size (0: full), updates; 6000 examples
        "10 epochs, 0, 64, 940", // ⌈6000/64⌉ = 94
        "10 epochs, 0, 1, 60000",
        "10 epochs, 0, 0, 10",
        "10 epochs, 200, 0, 200",
        "10 epochs, 200, 64, 940",
        "0.5 epochs, 0, 64, 47",
        "0.001 epochs, 0, 0, 1",
        "500 steps, 0, 64, 500",
        "500 steps, 700, 64, 700",
        "6001 examples, 0, 64, 95",
        "6000 examples, 0, 64, 94",
        "128 examples, 0, 64, 2",
        "129 examples, 0, 64, 3"
    })
    void turnsTheBudgetIntoUpdates(String length, long minUpdates, long batch, long updates) {
        Studies study = ordinary().batches(batch).budget(length, minUpdates, Optional.empty());

        assertThat(study.run().plannedSteps()).isEqualTo(updates);
    }

    @ParameterizedTest
    @CsvSource({"1.0, 6000", "0.5, 3000", "0.0001, 1", "0.33333, 2000"})
    void usesAShareOfTheTrainingExamples(double fraction, long examples) {
        RunPlan run = ordinary().batches(0).trainFraction(fraction).run();

        assertThat(run.trainExamples()).isEqualTo(examples);
        assertThat(run.batchSize()).isEqualTo(examples);
        assertThat(run.geometry().stepsForExamples(run.trainExamples())).isEqualTo(1);
    }

    @Test
    void ordersRunsByBatchSizeThenSeed() {
        StudyPlan plan = ordinary().batches(0, 512, 8).seeds(5L, 2L).plan();

        assertThat(plan.study()).isEqualTo("ordinary");
        assertThat(plan.runs())
                .extracting(RunPlan::batchSize, RunPlan::seed)
                .containsExactly(
                        tuple(8L, 2L),
                        tuple(8L, 5L),
                        tuple(512L, 2L),
                        tuple(512L, 5L),
                        tuple(6000L, 2L),
                        tuple(6000L, 5L));
        assertThat(plan.runs()).extracting(RunPlan::runId).doesNotHaveDuplicates();
    }

    @Test
    void runsABatchSizeOnceThatIsAskedForAsANumberAndAsFull() {
        StudyPlan plan = ordinary().batches(6000, 0).plan();

        assertThat(plan.runs()).hasSize(1);
        assertThat(plan.notices())
                .containsExactly("batch size 6000 is asked for twice, as a number and as full; it runs once");
    }

    @Test
    void carriesEverySettingIntoTheRun() {
        Target target = new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, true);
        RunPlan run = ordinary()
                .target(target)
                .budget("3 epochs", 0, Optional.of(12.5))
                .evaluation("0.5 epochs", 100, 7)
                .sync(OptionalInt.of(3), 32, 9)
                .run();

        assertThat(run.study()).isEqualTo("ordinary");
        assertThat(run.task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(run.workers()).isEqualTo(3);
        assertThat(run.microBatch()).isEqualTo(32);
        assertThat(run.dataFingerprint()).isEqualTo("data-1");
        assertThat(run.modelFingerprint()).isEqualTo("model-1");
        assertThat(run.optimizer().momentum()).isEqualTo(0.9);
        assertThat(run.baseLearningRate()).isEqualTo(0.1);
        assertThat(run.scalingRule()).isEqualTo(ScalingRule.LINEAR);
        assertThat(run.target()).isEqualTo(target);
        assertThat(run.secondsLimit()).isEqualTo(12.5);
        assertThat(run.evaluateEvery()).isEqualTo(47);
        assertThat(run.stepRowEvery()).isEqualTo(3); // ⌈282/100⌉
        assertThat(run.divergenceFactor()).isEqualTo(7);
        assertThat(run.timeoutSeconds()).isEqualTo(9);
        assertThat(ordinary().run().secondsLimit()).isInfinite();
        assertThat(ordinary().run().target()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        // distance, most rows, batch size (0: full), evaluate every, row every
        "1 epochs, 1000, 64, 94, 1",
        "1 epochs, 1000, 0, 1, 1",
        "0.001 epochs, 940, 64, 1, 1",
        "5 %, 939, 64, 47, 2",
        "7 steps, 1, 64, 7, 940"
    })
    void looksAtARunAsOftenAsAsked(String every, int maxRows, long batch, long evaluateEvery, long rowEvery) {
        RunPlan run = ordinary().batches(batch).evaluation(every, maxRows, 10).run();

        assertThat(run.evaluateEvery()).isEqualTo(evaluateEvery);
        assertThat(run.stepRowEvery()).isEqualTo(rowEvery);
    }

    @ParameterizedTest
    @CsvSource({
        // scaling, cap, batch size, peak; 0.1 at 64
        "LINEAR, , 64, 0.1",
        "LINEAR, , 8, 0.0125",
        "LINEAR, , 512, 0.8",
        "LINEAR, 0.5, 512, 0.5",
        "LINEAR, 0.5, 8, 0.0125",
        "SQRT, , 256, 0.2",
        "NONE, , 4096, 0.1"
    })
    void scalesTheRateAndCapsIt(ScalingRule scaling, Double cap, long batch, double peak) {
        RunPlan run = ordinary()
                .batches(batch)
                .rate(Studies.rate(scaling, cap, "10 %", Studies.shape(Shape.CONSTANT)))
                .run();

        assertThat(run.peakLearningRate()).isCloseTo(peak, within(1e-15));
        assertThat(run.schedule().rateAt(run.plannedSteps() - 1)).isEqualTo(run.peakLearningRate());
    }

    @Test
    void saysWhichRatesItCapped() {
        StudyPlan plan = ordinary()
                .batches(8, 512, 4096)
                .rate(Studies.rate(ScalingRule.LINEAR, 0.5, "10 %", Studies.shape(Shape.CONSTANT)))
                .plan();

        assertThat(plan.notices())
                .containsExactly("learning rate capped at 0.5 for batch size 512 (scaled 0.8000), 4096 (scaled 6.400)");
    }

    @Test
    void warmsUpFromTheBaseRateToTheScaledOneThenDecaysOverTheRest() {
        RunPlan run = ordinary()
                .batches(512) // 12 updates an epoch
                .rate(Studies.rate(ScalingRule.LINEAR, null, "5 epochs", Studies.shape(Shape.COSINE)))
                .run();

        assertThat(run.plannedSteps()).isEqualTo(120);
        assertThat(run.warmupSteps()).isEqualTo(60);
        LearningRateSchedule schedule = run.schedule();
        assertThat(schedule.rateAt(0)).isEqualTo(0.1);
        assertThat(schedule.rateAt(30)).isCloseTo(0.45, within(1e-15));
        assertThat(schedule.rateAt(60)).isEqualTo(0.8);
        assertThat(schedule.rateAt(90)).isCloseTo((0.8 + 0.008) / 2, within(1e-15));
        assertThat(schedule.rateAt(120)).isCloseTo(0.008, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({"LINEAR, 64, 5 epochs", "LINEAR, 8, 5 epochs", "NONE, 512, 5 epochs", "LINEAR, 512, 0 steps"})
    void needsNoWarmupWhereTheRateDoesNotRise(ScalingRule scaling, long batch, String warmup) {
        RunPlan run = ordinary()
                .batches(batch)
                .rate(Studies.rate(scaling, null, warmup, Studies.shape(Shape.POLYNOMIAL)))
                .run();

        assertThat(run.warmupSteps()).isZero();
        assertThat(run.schedule())
                .isEqualTo(new LearningRateSchedule.Polynomial(
                        run.peakLearningRate(), 0.01 * run.peakLearningRate(), run.plannedSteps(), 2));
    }

    @Test
    void countsMilestonesFromTheStartOfTheRun() {
        RunPlan run = ordinary()
                .batches(512)
                .rate(Studies.rate(ScalingRule.LINEAR, null, "2 epochs", Studies.shape(Shape.STEP, "50 %", "8 epochs")))
                .run();

        assertThat(run.schedule().rateAt(59)).isEqualTo(0.8);
        assertThat(run.schedule().rateAt(60)).isCloseTo(0.08, within(1e-15));
        assertThat(run.schedule().rateAt(95)).isCloseTo(0.08, within(1e-15));
        assertThat(run.schedule().rateAt(96)).isCloseTo(0.008, within(1e-15));
    }

    @ParameterizedTest
    @CsvSource({
        // slots, batch size, workers
        "4, 1, 1",
        "4, 255, 1",
        "4, 256, 2",
        "4, 384, 3",
        "4, 511, 3",
        "4, 4096, 4",
        "1, 4096, 1",
        // 30 divides the 60 lanes of 6,000 examples.
        "64, 4096, 30"
    })
    void choosesWorkersByBatchSizeAndSlots(int slots, long batch, int workers) {
        StudyConfig config =
                ordinary().batches(batch).sync(OptionalInt.empty(), 256, 60).config();

        StudyPlan plan = Planner.plan(config, Studies.DATA, Studies.MODEL, new ClusterFacts(slots), Studies.FUSED);

        assertThat(plan.runs()).extracting(RunPlan::workers).containsExactly(workers);
    }

    @Test
    void givesAllRunsTheSameLanes() {
        StudyPlan plan = ordinary()
                .batches(1, 384, 1024)
                .sync(OptionalInt.empty(), 256, 60)
                .plan();

        assertThat(plan.runs()).extracting(RunPlan::workers).containsExactly(1, 3, 4);
        assertThat(plan.runs()).extracting(RunPlan::lanes).containsOnly(60);
    }

    @Test
    void passesOnWhatTheModelHasToSay() {
        ModelFacts model = new ModelFacts(
                "m", "net.zip", 9, 20, 4, Task.CLASSIFICATION, false, List.of("the file's updater is replaced"));

        StudyPlan plan = Planner.plan(ordinary().config(), Studies.DATA, model, Studies.CLUSTER, Studies.FUSED);

        assertThat(plan.notices()).containsExactly("the file's updater is replaced");
    }

    @Test
    void choosesTheFusedReplicaWhereItCanBeHad() {
        assertThat(ordinary().plan().replica().describe()).isEqualTo("fused (oneDNN): the model compiles");
        assertThat(ordinary().run().replica()).isEqualTo(ReplicaKind.FUSED);
    }

    @Test
    void choosesDeeplearning4jWhereTheModelDoesNotCompileOrTheLibraryDoesNotLoad() {
        StudyPlan notCompiled = ordinary().plan(new FusedFacts(NOT_COMPILED, null));
        StudyPlan notLoaded = ordinary().plan(new FusedFacts(null, "oneDNN's native library cannot be loaded here: x"));
        StudyPlan neither = ordinary().plan(new FusedFacts(NOT_COMPILED, "no library"));

        assertThat(notCompiled.replica().describe())
                .isEqualTo("dl4j: layer 'x' (LSTM): not a kind that the fused replica knows");
        assertThat(notLoaded.replica().describe())
                .isEqualTo("dl4j: the model compiles, but oneDNN's native library cannot be loaded here: x");
        assertThat(neither.replica()).isEqualTo(notCompiled.replica());
        assertThat(List.of(notCompiled, notLoaded))
                .allSatisfy(plan ->
                        assertThat(plan.runs()).extracting(RunPlan::replica).containsOnly(ReplicaKind.DL4J));
    }

    @Test
    void takesTheReplicaThatIsAskedFor() {
        StudyPlan general = ordinary().replica(ReplicaKind.DL4J).plan(new FusedFacts(NOT_COMPILED, "no library"));
        StudyPlan fused = ordinary().replica(ReplicaKind.FUSED).plan();

        assertThat(general.replica().describe()).isEqualTo("dl4j: study.replica asks for it");
        assertThat(general.runs()).extracting(RunPlan::replica).containsOnly(ReplicaKind.DL4J);
        assertThat(fused.replica().describe()).isEqualTo("fused (oneDNN): study.replica asks for it");
        assertThat(fused.runs()).extracting(RunPlan::replica).containsOnly(ReplicaKind.FUSED);
    }

    @Test
    void deeplearning4jTrainsWithItsOwnReplica() {
        SyncModeConfig theirs = new SyncModeConfig.Dl4jParameterAveraging(Span.parse("8 steps"));
        SyncModeConfig exact = new SyncModeConfig.Resolved(new Synchronization.Synchronous());
        assertThat(ordinary().modes(theirs, exact).plan().runs()).allSatisfy(run -> assertThat(run.replica())
                .isEqualTo(run.synchronization().mode().isDeeplearning4j() ? ReplicaKind.DL4J : ReplicaKind.FUSED));
    }

    @Test
    void saysWhenWorkersHaveNothingToDo() {
        assertThat(ordinary()
                        .batches(1, 2, 64)
                        .sync(OptionalInt.of(3), 256, 60)
                        .plan()
                        .notices())
                .containsExactly("batch size 1, 2 keeps only some of 3 workers busy; sync.workers = auto chooses by"
                        + " batch size");
    }
}
