package io.batchscope.analysis;

import static io.batchscope.analysis.RunFixture.run;
import static io.batchscope.analysis.RunFixture.step;
import static io.batchscope.analysis.RunFixture.tables;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.result.RunRecord;
import io.batchscope.result.StudyTables;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VariantsTest {
    @Test
    void takeTheSynchronousOneForReferenceWhereverItStands() {
        Variants variants = of(
                in("gradient-sharing", "threshold 0.001", 64),
                in("parameter-averaging", "every 64 steps", 64),
                in("parameter-averaging", "every 8 steps", 64),
                in("parameter-averaging", "every step", 64),
                in("dl4j-gradient-sharing", "threshold 0.001", 64),
                in("synchronous", "", 64));

        assertThat(variants.modes())
                .extracting(Mode::name)
                .containsExactly(
                        "synchronous",
                        "parameter-averaging, every step",
                        "parameter-averaging, every 8 steps",
                        "parameter-averaging, every 64 steps",
                        "gradient-sharing, threshold 0.001",
                        "dl4j-gradient-sharing, threshold 0.001");
    }

    @Test
    void takeTheFirstOfTheirOrderWithoutASynchronousOne() {
        Variants variants = of(
                in("gradient-sharing", "threshold 0.001", 64), in("gradient-sharing", "threshold 1e-05", 64),
                in("unheard-of", "", 64), in("gradient-sharing", "target sparsity 0.99", 64));

        assertThat(variants.modes())
                .extracting(Mode::settings)
                .containsExactly("threshold 1e-05", "threshold 0.001", "target sparsity 0.99", "");
    }

    @Test
    void takeWhatRanAtTheMostBatchSizesWithoutASynchronousOne() {
        Variants variants = of(
                in("parameter-averaging", "every 5 steps", 512),
                in("parameter-averaging", "every 8 steps", 64),
                in("parameter-averaging", "every 64 steps", 64),
                in("parameter-averaging", "every 64 steps", 128),
                in("parameter-averaging", "every 8 steps", 128));

        assertThat(variants.modes())
                .extracting(Mode::settings)
                .containsExactly("every 8 steps", "every 5 steps", "every 64 steps");
    }

    @Test
    void areOneInTablesThatHadNoSettings() {
        Variants variants = of(in("synchronous", null, 8), in("synchronous", "", 64));

        assertThat(variants.several()).isFalse();
        assertThat(variants.modes()).containsExactly(new Mode("synchronous", ""));
    }

    @Test
    void areOneWhereSettingsOnlyFollowTheBatchSize() {
        Variants variants =
                of(in("parameter-averaging", "every 64 steps", 8), in("parameter-averaging", "every 8 steps", 64));

        assertThat(variants.modes()).containsExactly(new Mode("parameter-averaging", ""));
    }

    @Test
    void areSeveralWhereABatchSizeHasSeveralSettings() {
        Variants variants = of(
                in("parameter-averaging", "every 64 steps", 8),
                in("parameter-averaging", "every 8 steps", 64),
                in("parameter-averaging", "every 64 steps", 64));

        assertThat(variants.modes())
                .containsExactly(
                        new Mode("parameter-averaging", "every 64 steps"),
                        new Mode("parameter-averaging", "every 8 steps"));
    }

    @Test
    void areSeveralWhereABatchSizeHasSeveralNumbersOfWorkers() {
        Variants variants = of(
                in("parameter-averaging", "every 8 steps", 64).with("workers", 2),
                on(4, 64, 1),
                on(1, 64, 1),
                on(4, 128, 1),
                on(1, 128, 1));

        assertThat(variants.ordered())
                .extracting(Variant::name)
                .containsExactly(
                        "synchronous, 1 worker",
                        "synchronous, 4 workers",
                        "parameter-averaging, every 8 steps, 2 workers");
        assertThat(variants.name(on(4, 64, 1).toRecord())).isEqualTo("synchronous, 4 workers");
    }

    @Test
    void areOneWhereWorkersOnlyFollowTheBatchSizeOrTheSlotsOfTheDay() {
        Variants variants = of(on(1, 64, 1), on(4, 512, 1), on(2, 512, 2));

        assertThat(variants.several()).isFalse();
        assertThat(variants.name(on(4, 512, 1).toRecord())).isEqualTo("synchronous");
    }

    private static RunFixture on(int workers, long batchSize, long seed) {
        return run(batchSize, seed)
                .with("runId", "r" + batchSize + "-" + seed + "-" + workers)
                .with("syncMode", "synchronous")
                .with("workers", workers);
    }

    @Test
    void goByTheNumberOfTheRecipeNotByItsName() {
        Variants variants = of(recipe("none", 2, 64), recipe("adascale", 1, 64), recipe("linear", 0, 64));

        assertThat(variants.ordered()).extracting(Variant::name).containsExactly("linear", "adascale", "none");
        assertThat(variants.word()).isEqualTo("recipe");
    }

    @Test
    void areOneInTablesThatHadNoRecipes() {
        Variants variants = of(recipe(null, null, 64), recipe("", 0, 128));

        assertThat(variants.several()).isFalse();
        assertThat(variants.recipes()).containsExactly(new Recipe(0, ""));
    }

    @Test
    void nameARecipeWithoutANameBesideOthers() {
        assertThat(of(recipe(null, null, 64), recipe("linear", 1, 64)).ordered())
                .extracting(Variant::name)
                .containsExactly("recipe without a name", "linear");
    }

    @Test
    void areNamedByModeWhereThereIsOneRecipeWithAName() {
        Variants variants = of(
                recipe("linear", 0, 64).with("syncMode", "synchronous"),
                recipe("linear", 0, 64).with("runId", "other").with("syncMode", "parameter-averaging"));

        assertThat(variants.ordered()).extracting(Variant::name).containsExactly("synchronous", "parameter-averaging");
        assertThat(variants.word()).isEqualTo("mode");
    }

    @Test
    void takeTheReferenceModeOfTheFirstRecipe() {
        Variants variants = of(
                recipe("b", 1, 64).with("syncMode", "synchronous"),
                recipe("a", 0, 64).with("syncMode", "gradient-sharing"),
                recipe("b", 1, 128).with("syncMode", "gradient-sharing"));

        assertThat(variants.ordered())
                .extracting(Variant::name)
                .containsExactly("a; gradient-sharing", "b; gradient-sharing", "b; synchronous");
        assertThat(variants.word()).isEqualTo("recipe and mode");
    }

    @Test
    void keepAllRowsOfTheReferenceAndNoOthers() {
        StudyTables tables = tables(
                List.of(step(64, 1, 1, 1.0, 1.0), step(8, 1, 1, 2.0, 1.0)),
                in("synchronous", "", 64).with("runId", "r64-1"),
                in("parameter-averaging", "every step", 8).with("runId", "r8-1"));

        StudyTables reference = Variants.of(tables.runs()).ofReference(tables);

        assertThat(reference.runs()).extracting(RunRecord::runId).containsExactly("r64-1");
        assertThat(reference.steps()).hasSize(1).allSatisfy(row -> assertThat(row.loss())
                .isEqualTo(1));
    }

    @Test
    void refuseARunOfAnotherStudy() {
        assertThatThrownBy(() -> of(in("synchronous", "", 64)).of("rOther"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("run rOther: is not among those of this study");
    }

    private static Variants of(RunFixture... runs) {
        return Variants.of(Arrays.stream(runs).map(RunFixture::toRecord).toList());
    }

    private static RunFixture in(String mode, @Nullable String settings, long batchSize) {
        return run(batchSize, 1)
                .with("runId", mode + settings + batchSize)
                .with("syncMode", mode)
                .with("syncSettings", settings);
    }

    private static RunFixture recipe(@Nullable String name, @Nullable Integer number, long batchSize) {
        return run(batchSize, 1)
                .with("runId", name + "-" + batchSize)
                .with("recipe", name)
                .with("recipeNumber", number);
    }
}
