package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.batchscope.plan.SyncModeConfig.Dl4jParameterAveraging;
import io.batchscope.plan.SyncModeConfig.ParameterAveraging;
import io.batchscope.plan.SyncModeConfig.Resolved;
import io.batchscope.plan.Synchronization.Dl4jGradientSharing;
import io.batchscope.plan.Synchronization.GradientSharing;
import io.batchscope.plan.Synchronization.Synchronous;
import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.units.Span;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** 6000 examples, 10 epochs: 940 updates at batch size 64, 120 at 512, 10 at full. */
class SyncModesTest {
    private static final SyncModeConfig EXACT = new Resolved(new Synchronous());
    private static final SyncModeConfig SHARING =
            new Resolved(new GradientSharing(new Threshold.Adaptive(1e-3, 0.99, 0.999, 1.05), 5, 5));
    private static final SyncModeConfig THEIR_SHARING =
            new Resolved(new Dl4jGradientSharing(new Threshold.Fixed(1e-3), 5, 5));
    private static final SyncModeConfig THEIR_AVERAGING = new Dl4jParameterAveraging(Span.parse("8 steps"));

    private static SyncModeConfig averaging(String every, String after) {
        return new ParameterAveraging(Span.parse(every), Span.parse(after));
    }

    private static Studies two(SyncModeConfig... modes) {
        return ordinary().sync(OptionalInt.of(2), 256, 60).modes(modes);
    }

    @ParameterizedTest
    @CsvSource({
        // every, after, batch size (0: full), H, after
        "8 steps, 0 steps, 64, 8, 0",
        "4096 examples, 0 steps, 64, 64, 0",
        "4096 examples, 0 steps, 512, 8, 0",
        "1 epoch, 0 steps, 64, 94, 0",
        "10 %, 50 %, 64, 94, 470",
        "1 epoch, 5 epochs, 512, 12, 60",
        "0.1 steps, 0 steps, 64, 1, 0",
        // No longer than the run.
        "2000 steps, 2000 steps, 64, 940, 940",
        "100 steps, 0 steps, 0, 10, 0",
    })
    void turnsDurationsIntoUpdates(String every, String after, long batch, long everySteps, long afterSteps) {
        assertThat(two(averaging(every, after)).batches(batch).run().synchronization())
                .isEqualTo(new Synchronization.ParameterAveraging(everySteps, afterSteps));
        assertThat(two(new Dl4jParameterAveraging(Span.parse(every)))
                        .batches(batch)
                        .run()
                        .synchronization())
                .isEqualTo(new Synchronization.Dl4jParameterAveraging(everySteps));
    }

    @Test
    void runsEveryBatchSizeInEveryModeOnTheSameWorkers() {
        StudyPlan plan = ordinary()
                .batches(64, 512)
                .seeds(1L, 2L)
                .sync(OptionalInt.empty(), 256, 60)
                .modes(EXACT, averaging("8 steps", "0 steps"), SHARING)
                .plan();

        assertThat(plan.runs())
                .extracting(RunPlan::batchSize, run -> run.synchronization().mode(), RunPlan::seed, RunPlan::workers)
                .containsExactly(
                        tuple(64L, SyncMode.SYNCHRONOUS, 1L, 1),
                        tuple(64L, SyncMode.SYNCHRONOUS, 2L, 1),
                        tuple(64L, SyncMode.PARAMETER_AVERAGING, 1L, 1),
                        tuple(64L, SyncMode.PARAMETER_AVERAGING, 2L, 1),
                        tuple(64L, SyncMode.GRADIENT_SHARING, 1L, 1),
                        tuple(64L, SyncMode.GRADIENT_SHARING, 2L, 1),
                        tuple(512L, SyncMode.SYNCHRONOUS, 1L, 4),
                        tuple(512L, SyncMode.SYNCHRONOUS, 2L, 4),
                        tuple(512L, SyncMode.PARAMETER_AVERAGING, 1L, 4),
                        tuple(512L, SyncMode.PARAMETER_AVERAGING, 2L, 4),
                        tuple(512L, SyncMode.GRADIENT_SHARING, 1L, 4),
                        tuple(512L, SyncMode.GRADIENT_SHARING, 2L, 4));
        assertThat(plan.runs()).extracting(RunPlan::runId).doesNotHaveDuplicates();
        assertThat(plan.comparesModes()).isTrue();
        assertThat(plan.describe(plan.runs().get(0))).isEqualTo("batch 64, synchronous");
        assertThat(plan.describe(plan.runs().get(2))).isEqualTo("batch 64, parameter-averaging, every 8 steps");
    }

    /** Epochs are other numbers of steps at other batch sizes, which makes them no other modes. */
    @Test
    void comparesNoModesWhereThereIsOne() {
        StudyPlan plan = two(averaging("1 epoch", "0 steps")).batches(64, 512).plan();

        assertThat(plan.comparesModes()).isFalse();
        assertThat(plan.describe(plan.runs().get(0))).isEqualTo("batch 64");
        assertThat(plan.notices()).isEmpty();
    }

    @Test
    void leavesTheExactModesRunsAsTheyAreAlone() {
        RunPlan alone = two(EXACT).run();
        assertThat(two(SHARING, EXACT, averaging("8 steps", "0 steps")).plan().runs())
                .hasSize(3)
                .contains(alone);
    }

    @Test
    void runsOnceWhatComesToTheSame() {
        StudyPlan plan = two(averaging("64 steps", "0 steps"), averaging("4096 examples", "0 steps"))
                .batches(64, 512)
                .plan();

        assertThat(plan.runs())
                .extracting(RunPlan::batchSize, run -> run.synchronization().everySteps())
                .containsExactly(tuple(64L, 64L), tuple(512L, 64L), tuple(512L, 8L));
        assertThat(plan.notices())
                .containsExactly("parameter-averaging, every 4096 examples (study.sync.compare): comes to the same as"
                        + " parameter-averaging, every 64 steps at batch size 64; it runs once there");
    }

    @Test
    void saysWhereItAveragesOnceOrNever() {
        assertThat(two(averaging("200 steps", "0 steps"))
                        .batches(64, 512, 0)
                        .plan()
                        .notices())
                .containsExactly("parameter-averaging, every 200 steps (study.sync): averages only once, at the end, at"
                        + " batch size 512 (120 steps), 6000 (10 steps)");
        assertThat(two(averaging("8 steps", "120 steps")).batches(512, 0).plan().notices())
                .containsExactly(
                        "parameter-averaging, every 8 steps after 120 steps (study.sync): is exact to the end at"
                                + " batch size 512 (120 steps), 6000 (10 steps), as no update is left after that; shorten after,"
                                + " or lengthen the run (study.budget)");
        assertThat(two(averaging("8 steps", "119 steps")).batches(512).plan().notices())
                .containsExactly("parameter-averaging, every 8 steps after 119 steps (study.sync): averages only once,"
                        + " at the end, at batch size 512 (120 steps)");
        assertThat(two(new Dl4jParameterAveraging(Span.parse("1 epoch")))
                        .replica(ReplicaKind.DL4J)
                        .budget("1 epoch", 0, java.util.Optional.empty())
                        .plan()
                        .notices())
                .containsExactly(
                        "dl4j-parameter-averaging, every 1 epochs (study.sync): averages only once, at the end,"
                                + " at batch size 64 (94 steps)");
        assertThat(two(averaging("1 step", "0 steps")).batches(0).plan().notices())
                .isEmpty();
    }

    @Test
    void saysWhereThereIsNobodyToAgreeWith() {
        Studies automatic = ordinary().batches(64, 128, 512).sync(OptionalInt.empty(), 256, 60);

        assertThat(automatic
                        .modes(EXACT, averaging("8 steps", "0 steps"), SHARING)
                        .plan()
                        .notices())
                .containsExactly("one worker (study.sync.workers = auto) trains batch size 64, 128, where averaging is"
                        + " plain training and sharing only thins out its own gradients; to compare modes and batch sizes"
                        + " give all the same workers (--set sync.workers=2)");
        assertThat(ordinary().modes(averaging("8 steps", "0 steps")).plan().notices())
                .containsExactly("one worker (study.sync.workers) trains batch size 64, where averaging is plain"
                        + " training; modes differ from two workers on (--set sync.workers=2)");
        assertThat(automatic.modes(EXACT).plan().notices()).isEmpty();
    }

    @Test
    void saysWhichWorkersHaveNothingToDo() {
        assertThat(two(averaging("8 steps", "0 steps")).batches(1).plan().notices())
                .containsExactly("batch size 1 keeps only some of 2 workers busy; sync.workers = auto chooses by batch"
                        + " size");
    }

    @Test
    void givesDeeplearning4jsModesTheirReplicaAndNothingOfTheStepLoop() {
        StudyPlan plan = two(EXACT, THEIR_AVERAGING, THEIR_SHARING).plan();

        assertThat(plan.replica().kind()).isEqualTo(ReplicaKind.FUSED);
        assertThat(plan.stepLoopRuns()).containsExactly(plan.runs().get(0));
        assertThat(plan.runs())
                .extracting(RunPlan::replica, RunPlan::microBatch, RunPlan::retries, RunPlan::checkpoints)
                .containsExactly(
                        tuple(ReplicaKind.FUSED, 256, 2, new CheckpointPolicy(Long.MAX_VALUE, 60, 2)),
                        tuple(ReplicaKind.DL4J, 1024, 0, CheckpointPolicy.NONE),
                        tuple(ReplicaKind.DL4J, 1024, 0, CheckpointPolicy.NONE));
        assertThat(plan.notices())
                .containsExactly("dl4j-parameter-averaging, dl4j-gradient-sharing (study.sync): trains with"
                        + " Deeplearning4j, the other modes with the fused replica, so their times compare replicas, too;"
                        + " --set replica=dl4j compares the modes alone");
        assertThat(two(EXACT, THEIR_AVERAGING).replica(ReplicaKind.DL4J).plan().notices())
                .isEmpty();
        // A share goes through the network as a whole.
        assertThat(two(THEIR_AVERAGING).batches(0).run().layout().accumulation())
                .isEqualTo(1);
    }

    @Test
    void takesDeeplearning4jWhereAllModesAreItsOwn() {
        assertThat(two(THEIR_AVERAGING, THEIR_SHARING).plan().replica().describe())
                .isEqualTo("dl4j: the modes of the study are Deeplearning4j's own");
        assertThat(problems(two(THEIR_AVERAGING).replica(ReplicaKind.FUSED)))
                .containsExactly("replica fused (study.replica): must have a run to train, but the modes of the study"
                        + " (study.sync) are Deeplearning4j's own, which train with dl4j; remove it, or add a mode");
    }

    @Test
    void refusesAllThatDeeplearning4jCannotDo() {
        OptimizerConfig heavyBall = new OptimizerConfig(OptimizerConfig.Name.SGD, 0.9, 0, 0.9, 0.999, 1e-8);
        assertThat(problems(two(EXACT, THEIR_AVERAGING, THEIR_SHARING)
                        .batches(1, 64, 7000)
                        .optimizer(heavyBall)))
                .containsExactly(
                        "batch size 7000 (study.batch-sizes): must not exceed the 6000 training examples used; remove it"
                                + " or write full",
                        "dl4j-parameter-averaging (study.sync): must train with what Deeplearning4j has, but that"
                                + " has no heavy-ball momentum, which optimizer sgd with momentum 0.9 asks for"
                                + " (study.optimizer.momentum); change it, or use another mode",
                        "dl4j-gradient-sharing (study.sync): must train with what Deeplearning4j has, but that"
                                + " has no heavy-ball momentum, which optimizer sgd with momentum 0.9 asks for"
                                + " (study.optimizer.momentum); change it, or use another mode",
                        "dl4j-parameter-averaging (study.sync): must have an example for every worker, but there are 2"
                                + " workers at batch size 1; remove the batch size, or ask for fewer workers (--set"
                                + " sync.workers=auto)",
                        "dl4j-gradient-sharing (study.sync): must have an example for every worker, but there are 2"
                                + " workers at batch size 1; remove the batch size, or ask for fewer workers (--set"
                                + " sync.workers=auto)");
    }

    private static List<String> problems(Studies study) {
        PlanException refused = catchThrowableOfType(PlanException.class, study::plan);
        assertThat(refused).isNotNull();
        return refused.problems();
    }
}
