package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.plan.Synchronization.Threshold;
import io.batchscope.scaling.ScalingRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunIdsTest {
    @Test
    void isALetterAndFifteenHexadecimalDigits() {
        assertThat(id(ordinary())).matches("r[0-9a-f]{15}");
    }

    /** A change of this value makes every finished study run again: say so in the changelog. */
    @Test
    void staysTheSameFromBuildToBuild() {
        assertThat(id(ordinary())).isEqualTo(id(ordinary())).isEqualTo("r57767583fc4b0a6");
    }

    static List<Studies> changes() {
        Studies base = ordinary();
        OptimizerConfig other = new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 1e-4, 0.9, 0.999, 1e-8);
        return List.of(
                base.batches(65),
                base.seeds(2L),
                base.trainFraction(0.9),
                base.optimizer(other),
                base.rate(Studies.rate(ScalingRule.NONE, null, "0 steps", Studies.shape(Shape.CONSTANT))),
                base.rate(Studies.rate(ScalingRule.LINEAR, null, "0 steps", Studies.shape(Shape.COSINE))),
                base.budget("11 epochs", 0, Optional.empty()),
                base.budget("10 epochs", 0, Optional.of(5.0)),
                base.target(new Target(Target.Metric.VALIDATION_ACCURACY, 0.5, false)),
                base.target(new Target(Target.Metric.VALIDATION_ACCURACY, 0.5, true)),
                base.evaluation("2 epochs", 1000, 10),
                base.evaluation("1 epochs", 10, 10),
                base.evaluation("1 epochs", 1000, 11),
                base.sync(OptionalInt.of(2), 256, 60),
                base.sync(OptionalInt.of(1), 128, 60),
                base.sync(OptionalInt.empty(), 256, 60));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void changesWithWhatChangesTheResult(Studies changed) {
        assertThat(id(changed)).isNotEqualTo(id(ordinary()));
    }

    @Test
    void differsBetweenAllThoseChanges() {
        assertThat(changes()).extracting(RunIdsTest::id).doesNotHaveDuplicates();
    }

    @Test
    void changesWithTheDataAndTheModel() {
        DataFacts data = new DataFacts("data-2", Task.CLASSIFICATION, 6000, 600, 1000, 20, 4);
        ModelFacts model = new ModelFacts("model-2", "mlp 20-8-4", 204, 20, 4, Task.CLASSIFICATION, false, List.of());
        Set<String> ids = new HashSet<>(List.of(
                id(ordinary()),
                Planner.plan(ordinary().config(), data, Studies.MODEL, Studies.CLUSTER, Studies.FUSED)
                        .runs()
                        .get(0)
                        .runId(),
                Planner.plan(ordinary().config(), Studies.DATA, model, Studies.CLUSTER, Studies.FUSED)
                        .runs()
                        .get(0)
                        .runId()));
        assertThat(ids).hasSize(3);
    }

    /** Their results are equal only up to rounding, and their dropout masks differ. */
    @Test
    void changesWithTheReplicaHoweverItWasDecided() {
        Studies asked = ordinary().replica(ReplicaKind.DL4J);
        RunPlan decided =
                ordinary().plan(new FusedFacts("no such layer", null)).runs().get(0);

        assertThat(id(asked)).isEqualTo(decided.runId()).isNotEqualTo(id(ordinary()));
        assertThat(id(ordinary().replica(ReplicaKind.FUSED))).isEqualTo(id(ordinary()));
    }

    @Test
    void ignoresTheNameOfTheStudyAndThePatienceOfWorkers() {
        assertThat(id(ordinary().name("renamed"))).isEqualTo(id(ordinary()));
        assertThat(id(ordinary().sync(OptionalInt.of(1), 256, 61))).isEqualTo(id(ordinary()));
    }

    @Test
    void ignoresWorkersThatThePlannerChose() {
        Studies automatic = ordinary().batches(512).sync(OptionalInt.empty(), 256, 60);
        RunPlan small = run(automatic, 1);
        RunPlan large = run(automatic, 4);

        assertThat(List.of(small.workers(), large.workers())).containsExactly(1, 4);
        assertThat(small.runId()).isEqualTo(large.runId());
        assertThat(id(automatic.sync(OptionalInt.empty(), 64, 60))).isEqualTo(small.runId());
    }

    @Test
    void namesTheTrainingApartFromHowItsBatchesAreSpread() {
        Studies alone = ordinary().batches(512);
        Studies shared = alone.sync(OptionalInt.of(4), 64, 60);

        assertThat(shared.run().runId()).isNotEqualTo(alone.run().runId());
        assertThat(shared.run().trainingId()).isEqualTo(alone.run().trainingId());
        assertThat(alone.batches(513).run().trainingId())
                .isNotEqualTo(alone.run().trainingId());
    }

    /** A cluster of another size must find what the last one did. */
    @Test
    void ignoresTheClusterAlsoWhereItsSlotsDivideNothing() {
        Studies automatic = ordinary().batches(6000).sync(OptionalInt.empty(), 256, 60);

        assertThat(run(automatic, 7).runId()).isEqualTo(run(automatic, 4).runId());
        assertThat(run(automatic, 7).workers()).isEqualTo(6);
        assertThat(run(automatic, 7).lanes()).isEqualTo(60);
    }

    /** Statistics and masks are per micro-batch. */
    @Test
    void tellsSpreadsApartWhereTheyMatterForTheModel() {
        ModelFacts model = new ModelFacts("m", "with dropout", 204, 20, 4, Task.CLASSIFICATION, true, List.of());
        Studies automatic = ordinary().batches(512).sync(OptionalInt.empty(), 256, 60);
        StudyPlan one = Planner.plan(automatic.config(), Studies.DATA, model, new ClusterFacts(1), Studies.FUSED);
        StudyPlan four = Planner.plan(automatic.config(), Studies.DATA, model, new ClusterFacts(4), Studies.FUSED);

        assertThat(one.runs().get(0).runId()).isNotEqualTo(four.runs().get(0).runId());
        assertThat(one.runs().get(0).trainingId())
                .isNotEqualTo(four.runs().get(0).trainingId());
        RunPlan smaller = one.withMicroBatch(64).runs().get(0);
        assertThat(smaller.runId()).isNotEqualTo(one.runs().get(0).runId());
        assertThat(smaller.trainingId()).isNotEqualTo(one.runs().get(0).trainingId());
        assertThat(one.withMicroBatch(64).withMicroBatch(256).runs()).isEqualTo(one.runs());
    }

    /** Plain, then each setting of each mode changed once. */
    static List<Synchronization> synchronizations() {
        Threshold adaptive = new Threshold.Adaptive(1e-3, 0.9, 0.99, 1.1);
        List<Synchronization> all = new ArrayList<>(List.of(
                new Synchronization.Synchronous(),
                new Synchronization.ParameterAveraging(1, 0),
                new Synchronization.ParameterAveraging(8, 0),
                new Synchronization.ParameterAveraging(8, 100),
                new Synchronization.Dl4jParameterAveraging(1),
                new Synchronization.Dl4jParameterAveraging(8),
                new Synchronization.GradientSharing(adaptive, 6, 5),
                new Synchronization.GradientSharing(adaptive, Double.POSITIVE_INFINITY, 5),
                new Synchronization.GradientSharing(adaptive, 5, 6)));
        for (Threshold threshold : List.of(
                adaptive,
                new Threshold.Adaptive(2e-3, 0.9, 0.99, 1.1),
                new Threshold.Adaptive(1e-3, 0.8, 0.99, 1.1),
                new Threshold.Adaptive(1e-3, 0.9, 0.98, 1.1),
                new Threshold.Adaptive(1e-3, 0.9, 0.99, 1.2),
                new Threshold.Fixed(0),
                new Threshold.Fixed(1e-3),
                new Threshold.TargetSparsity(1e-3, 0.9, 1.1),
                new Threshold.TargetSparsity(1e-2, 0.9, 1.1),
                new Threshold.TargetSparsity(1e-3, 0.99, 1.1),
                new Threshold.TargetSparsity(1e-3, 0.9, 1.2))) {
            all.add(new Synchronization.GradientSharing(threshold, 5, 5));
            all.add(new Synchronization.Dl4jGradientSharing(threshold, 5, 5));
        }
        return all;
    }

    @Test
    void changesWithTheModeAndEachOfItsSettings() {
        List<RunPlan> runs = synchronizations().stream()
                .map(synchronization -> ordinary().mode(synchronization).run())
                .toList();
        assertThat(runs).extracting(RunPlan::runId).doesNotHaveDuplicates();
        assertThat(runs).extracting(RunPlan::trainingId).doesNotHaveDuplicates();
    }

    /** Every worker goes its own way, so how many there are changes results by more than rounding. */
    @Test
    void tellsSpreadsApartInEveryModeButTheExactOne() {
        for (Synchronization synchronization : List.of(
                new Synchronization.ParameterAveraging(8, 0),
                new Synchronization.GradientSharing(new Threshold.Fixed(1e-3), 5, 5),
                new Synchronization.Dl4jParameterAveraging(8))) {
            Studies automatic =
                    ordinary().batches(512).sync(OptionalInt.empty(), 256, 60).mode(synchronization);
            RunPlan one = run(automatic, 1);
            RunPlan four = run(automatic, 4);
            assertThat(List.of(one.runId(), one.trainingId())).doesNotContain(four.runId(), four.trainingId());
        }
        Studies averaging = ordinary().mode(new Synchronization.ParameterAveraging(8, 0));
        RunPlan other = averaging.sync(OptionalInt.of(1), 128, 60).run();
        assertThat(other.runId()).isNotEqualTo(id(averaging));
        assertThat(other.trainingId()).isNotEqualTo(averaging.run().trainingId());
    }

    /** It pushes whole shares through the network, whatever the study says. */
    @Test
    void ignoresTheMicroBatchWhereDeeplearning4jTrains() {
        Studies theirs = ordinary().mode(new Synchronization.Dl4jParameterAveraging(8));
        StudyPlan plan = theirs.plan();

        assertThat(id(theirs.sync(OptionalInt.of(1), 32, 60))).isEqualTo(id(theirs));
        assertThat(plan.withMicroBatch(16)).isEqualTo(plan);
    }

    @Test
    void coversEveryComponentOfAPlan() {
        Set<String> all = Arrays.stream(RunPlan.class.getRecordComponents())
                .map(component -> component.getName())
                .collect(Collectors.toCollection(TreeSet::new));
        all.removeAll(Set.of("runId", "trainingId", "study", "transport", "timeoutSeconds", "retries", "checkpoints"));

        // Where a precision was chosen; other runs have none to name.
        RunPlan rounded = ordinary()
                .replica(ReplicaKind.CUDA)
                .gpu(new StudyConfig.GpuConfig(true, 1))
                .plan(new ReplicaFacts(new FusedFacts(null, null), new CudaFacts(null, null, null, 1)))
                .runs()
                .get(0);
        Set<String> hashed = Stream.of(RunIds.canonical(rounded, Set.of()).split("\n"))
                .map(line -> line.substring(0, line.indexOf('=')))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(hashed).isEqualTo(all);
    }

    private static String id(Studies study) {
        return study.run().runId();
    }

    private static RunPlan run(Studies study, int slots) {
        return Planner.plan(study.config(), Studies.DATA, Studies.MODEL, new ClusterFacts(slots), Studies.FUSED)
                .runs()
                .get(0);
    }
}
