package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.scaling.ScalingRule;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class PlanProblemsTest {
    @Test
    void refusesABatchLargerThanTheData() {
        assertThat(problems(ordinary().batches(64, 8192)))
                .containsExactly("batch size 8192 (study.batch-sizes): must not exceed the 6000 training examples used;"
                        + " remove it or write full");
    }

    @Test
    void refusesAFullBatchBeyondAnArray() {
        DataFacts huge = new DataFacts("d", Task.CLASSIFICATION, 3_000_000_000L, 1, 1, 20, 4);
        assertThat(problems(ordinary().batches(0), huge, Studies.MODEL))
                .containsExactly("batch size 3000000000 (study.batch-sizes): must not exceed 2147483647; remove it, or"
                        + " use less data by study.data.train-fraction");
    }

    @Test
    void refusesAWarmupAsLongAsTheRun() {
        Studies study = ordinary()
                .batches(8, 512, 0)
                .rate(Studies.rate(ScalingRule.LINEAR, null, "10 epochs", Studies.shape(Shape.COSINE)));
        assertThat(problems(study))
                .containsExactly(
                        "warmup of 10 epochs (study.learning-rate.warmup): must be shorter than the run, but at batch"
                                + " size 512 it takes 120 of 120 updates; shorten it, or raise study.budget",
                        "warmup of 10 epochs (study.learning-rate.warmup): must be shorter than the run, but at batch"
                                + " size 6000 it takes 10 of 10 updates; shorten it, or raise study.budget");
    }

    @Test
    void refusesMilestonesOutsideTheRunOrOutOfOrder() {
        assertThat(problems(step("0 steps", "20 epochs")))
                .containsExactly("milestones 20 epochs (study.learning-rate.milestones): must ascend between the end of"
                        + " warmup and the end of the run, but at batch size 512 they are updates 240 of 120 after 0 of"
                        + " warmup; move them");
        assertThat(problems(step("0 steps", "50 %", "1 epoch")))
                .containsExactly("milestones 50 %, 1 epochs (study.learning-rate.milestones): must ascend between the"
                        + " end of warmup and the end of the run, but at batch size 512 they are updates 60, 12 of 120"
                        + " after 0 of warmup; move them");
        assertThat(problems(step("2 epochs", "1 epoch")))
                .singleElement()
                .asString()
                .contains("updates 12 of 120 after 24");
        assertThat(problems(step("0 steps", "5 epochs", "60 steps"))).hasSize(1);
        assertThat(step("2 epochs", "2 epochs").run().warmupSteps()).isEqualTo(24);
    }

    @Test
    void refusesACapBelowTheBaseRate() {
        assertThat(problems(ordinary()
                        .rate(Studies.rate(ScalingRule.LINEAR, 0.05, "0 steps", Studies.shape(Shape.COSINE)))))
                .containsExactly("cap 0.05 (study.learning-rate.max): must be at least the base rate, but that is 0.1;"
                        + " raise the cap or lower study.learning-rate.base");
    }

    @Test
    void refusesAModelThatDoesNotFitTheData() {
        ModelFacts model = new ModelFacts("m", "mlp", 1, 21, 5, Task.CLASSIFICATION, false, List.of());
        assertThat(problems(ordinary(), Studies.DATA, model))
                .containsExactly(
                        "model mlp (study.model): must take as many inputs as the data set data/x has features, but"
                                + " takes 21 and there are 20; use another model or data set",
                        "model mlp (study.model): must have as many outputs as the data set data/x has classes, but"
                                + " has 5 and there are 4; use another model or data set");
        ModelFacts regression = new ModelFacts("m", "linear", 1, 20, 1, Task.REGRESSION, false, List.of());
        assertThat(problems(ordinary(), Studies.DATA, regression))
                .containsExactly("model linear (study.model): must do what the data set data/x is for, but does"
                        + " regression and the data set is for classification; use another model or data set");
    }

    @Test
    void refusesATargetThatCannotBeMeasured() {
        Studies study = ordinary().target(new Target(Target.Metric.VALIDATION_ACCURACY, 0.9, false));
        DataFacts data = new DataFacts("d", Task.REGRESSION, 6000, 0, 0, 20, 1);
        ModelFacts model = new ModelFacts("m", "linear", 21, 20, 1, Task.REGRESSION, false, List.of());
        assertThat(problems(study, data, model))
                .containsExactly(
                        "target validation-accuracy (study.target.metric): must suit the task, but regression has no"
                                + " accuracy; use validation-loss",
                        "target (study.target): needs a validation split, but the data set data/x has none; prepare it"
                                + " with a validation fraction, or remove the target");
    }

    @Test
    void refusesAnEmptyDataSet() {
        assertThat(problems(ordinary(), new DataFacts("d", Task.CLASSIFICATION, 0, 0, 0, 20, 4), Studies.MODEL))
                .containsExactly("data set data/x (study.data): must have training examples, but has none; prepare it"
                        + " again with a smaller validation and test fraction");
    }

    @Test
    void reportsAllProblemsBeforeTheOnesOfTheCluster() {
        Studies study = ordinary().batches(7000, 8000).sync(OptionalInt.of(99), 256, 60);
        PlanException refused = catchThrowableOfType(PlanException.class, study::plan);
        assertThat(refused.problems()).hasSize(2);
        assertThat(refused).hasMessageContaining("batch size 7000").hasMessageContaining("batch size 8000");
    }

    @Test
    void refusesMoreWorkersThanSlots() {
        assertThatThrownBy(() -> ordinary().sync(OptionalInt.of(8), 256, 60).plan())
                .isInstanceOf(ClusterException.class)
                .hasMessage("8 workers (study.sync.workers): must not exceed the cluster's task slots, but there are 4;"
                        + " ask for fewer (--set sync.workers=4 or auto), or give Spark more slots (more executors or"
                        + " cores, BATCHSCOPE_MASTER=local[8] on this machine)");
    }

    @Test
    void refusesAClusterWithoutSlots() {
        assertThatThrownBy(() -> Planner.plan(
                        ordinary().config(), Studies.DATA, Studies.MODEL, new ClusterFacts(0), Studies.FUSED))
                .isInstanceOf(ClusterException.class)
                .hasMessage("task slots (cluster): must be at least 1, but are 0; start Spark with executors, or run on"
                        + " this machine with --master local[*]");
    }

    @Test
    void refusesTheFusedReplicaForAModelThatDoesNotCompile() {
        FusedFacts fused = new FusedFacts("layer 'x' (LSTM): not a kind that the fused replica knows", "no library");
        Studies study = ordinary().batches(8192).replica(ReplicaKind.FUSED);

        assertThat(catchThrowableOfType(PlanException.class, () -> study.plan(fused))
                        .problems())
                .containsExactly(
                        "replica fused (study.replica): must be able to train the model, but it does not compile:"
                                + " layer 'x' (LSTM): not a kind that the fused replica knows; let the planner choose (--set replica=auto), or"
                                + " change the model",
                        "batch size 8192 (study.batch-sizes): must not exceed the 6000 training examples used; remove"
                                + " it or write full");
    }

    @Test
    void refusesTheFusedReplicaWhereItsLibraryDoesNotLoad() {
        FusedFacts fused = new FusedFacts(null, "oneDNN's native library cannot be loaded here: no jnidnnl");

        assertThatThrownBy(() -> ordinary().replica(ReplicaKind.FUSED).plan(fused))
                .isInstanceOf(ClusterException.class)
                .hasMessage("replica fused (study.replica): needs its native library on this cluster, but oneDNN's"
                        + " native library cannot be loaded here: no jnidnnl; let the planner choose (--set"
                        + " replica=auto)");
    }

    private static Studies step(String warmup, String... milestones) {
        return ordinary()
                .batches(512)
                .budget("10 epochs", 0, Optional.empty())
                .rate(Studies.rate(ScalingRule.LINEAR, null, warmup, Studies.shape(Shape.STEP, milestones)));
    }

    private static List<String> problems(Studies study) {
        return problems(study, Studies.DATA, Studies.MODEL);
    }

    private static List<String> problems(Studies study, DataFacts data, ModelFacts model) {
        PlanException refused = catchThrowableOfType(
                PlanException.class, () -> Planner.plan(study.config(), data, model, Studies.CLUSTER, Studies.FUSED));
        assertThat(refused).isNotNull();
        return refused.problems();
    }
}
