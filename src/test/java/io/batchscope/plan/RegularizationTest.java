package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Label smoothing and ghost batches in a plan; the ordinary study asks for micro-batches of 256. */
class RegularizationTest {
    private static final ModelFacts NORMALIZED =
            new ModelFacts("model-1", "mlp", 204, 20, 4, Task.CLASSIFICATION, true, true, true, null, List.of());

    private static Studies with(Regularization... regularizations) {
        RecipeConfig now = ordinary().recipe();
        RecipeConfig[] recipes = new RecipeConfig[regularizations.length];
        for (int i = 0; i < recipes.length; i++) {
            recipes[i] = new RecipeConfig(
                    "recipe" + i, now.optimizer(), now.learningRate(), regularizations[i], now.growth(), now.budget());
        }
        return ordinary().recipes(recipes);
    }

    private static StudyPlan plan(Studies study, ModelFacts model) {
        return Planner.plan(study.config(), Studies.DATA, model, Studies.CLUSTER, Studies.FUSED);
    }

    private static List<String> problems(Studies study, DataFacts data, ModelFacts model) {
        return catchThrowableOfType(
                        PlanException.class,
                        () -> Planner.plan(study.config(), data, model, Studies.CLUSTER, Studies.FUSED))
                .problems();
    }

    @Test
    void aGhostBatchIsTheMicroBatchOfItsRecipe() {
        StudyPlan plan =
                plan(with(Regularization.NONE, new Regularization(0, 32), new Regularization(0.1, 256)), NORMALIZED);

        assertThat(plan.runs()).extracting(RunPlan::microBatch).containsExactly(256, 32, 256);
        assertThat(plan.runs())
                .extracting(run -> run.regularization().describe())
                .containsExactly("", "ghost batch 32", "label smoothing 0.1, ghost batch 256");
        assertThat(plan.runs()).extracting(RunPlan::runId).doesNotHaveDuplicates();
        assertThat(plan.runs()).extracting(RunPlan::trainingId).doesNotHaveDuplicates();
        assertThat(plan.notices()).isEmpty();
    }

    /** Memory chooses the others' micro-batches. */
    @Test
    void aGhostBatchStaysWhateverMicroBatchIsChosen() {
        StudyPlan plan = plan(with(Regularization.NONE, new Regularization(0, 32)), NORMALIZED);

        StudyPlan smaller = plan.withMicroBatch(16);

        assertThat(smaller.runs()).extracting(RunPlan::microBatch).containsExactly(16, 32);
        assertThat(smaller.runs().get(1)).isEqualTo(plan.runs().get(1));
        assertThat(smaller.runs().get(0).trainingId())
                .isNotEqualTo(plan.runs().get(0).trainingId());
    }

    @Test
    void refusesMicroBatchesBelowTheGhostBatch() {
        Studies study = with(new Regularization(0, 256)).sync(OptionalInt.of(1), 255, 60);

        assertThat(problems(study, Studies.DATA, NORMALIZED))
                .containsExactly(
                        "ghost batch 256 (recipe recipe0: regularization.ghost-batch): must fit into a micro-batch, but that"
                                + " is at most 255 (study.sync.micro-batch); lower the ghost batch or raise the micro-batch (--set"
                                + " sync.micro-batch=auto)");
    }

    @Test
    void saysWhereGhostBatchesDoNothing() {
        assertThat(plan(with(new Regularization(0, 32)), Studies.MODEL).notices())
                .containsExactly(
                        "ghost batch 32 (study.regularization.ghost-batch) only makes micro-batches that small:"
                                + " model mlp 20-8-4 has no batch normalization");
    }

    @Test
    void refusesToSmoothNumbers() {
        DataFacts data = new DataFacts("d", Task.REGRESSION, 6000, 600, 1000, 20, 1);
        ModelFacts model = new ModelFacts("m", "linear", 21, 20, 1, Task.REGRESSION, false, List.of());

        assertThat(problems(with(new Regularization(0.1, 0)), data, model))
                .containsExactly(
                        "label smoothing 0.1 (recipe recipe0: regularization.label-smoothing): must have classes to spread a"
                                + " label over, but the data set data/x is for regression; set it to 0");
    }

    @Test
    void refusesToSmoothForOtherLosses() {
        ModelFacts hinge = new ModelFacts(
                "m", "dl4j network net.json", 204, 20, 4, Task.CLASSIFICATION, false, false, false, null, List.of());

        assertThat(problems(with(new Regularization(0.1, 0)), Studies.DATA, hinge))
                .containsExactly(
                        "label smoothing 0.1 (recipe recipe0: regularization.label-smoothing): must have a model that ends"
                                + " in softmax and cross-entropy without class weights, but dl4j network net.json (study.model)"
                                + " does not; set it to 0 or use another model");
        assertThat(plan(with(Regularization.NONE), hinge).runs()).hasSize(1);
    }
}
