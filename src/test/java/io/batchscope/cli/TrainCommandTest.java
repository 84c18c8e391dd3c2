package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.config.ConfigLoader;
import io.batchscope.plan.PlanException;
import io.batchscope.plan.StudyConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainCommandTest {
    private static StudyConfig smoke(String... sets) {
        return ConfigLoader.load(Path.of("conf", "smoke.conf"), List.of(sets)).config();
    }

    @Test
    void takesOneRun() {
        assertThatCode(() -> TrainCommand.requireOneRun(smoke("batch-sizes=[64]", "sync.mode=gradient-sharing")))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesSeveralBatchSizesSeedsModesOrRecipes() {
        assertThatThrownBy(() -> TrainCommand.requireOneRun(smoke("batch-sizes=[64,65]", "seeds=[1,2,3]")))
                .isInstanceOf(PlanException.class)
                .hasMessage("train (study.batch-sizes, study.seeds, study.sync.compare, study.recipes): takes one batch"
                        + " size, one seed, one mode and one recipe, but the configuration has 2, 3, 1 and 1; use"
                        + " 'study', or --set batch-sizes=[64] --set seeds=[1]");
        assertThatThrownBy(() -> TrainCommand.requireOneRun(
                        smoke("batch-sizes=[64]", "sync.compare=[synchronous,parameter-averaging]")))
                .isInstanceOf(PlanException.class)
                .hasMessageEndingWith("but the configuration has 1, 1, 2 and 1; use 'study', or --set batch-sizes=[64]"
                        + " --set seeds=[1] --set sync.mode=synchronous");
        assertThatThrownBy(() -> TrainCommand.requireOneRun(
                        smoke("batch-sizes=[64]", "recipes=[{name=a},{name=b,budget.steps=9}]")))
                .isInstanceOf(PlanException.class)
                .hasMessageEndingWith("but the configuration has 1, 1, 1 and 2; use 'study', or --set batch-sizes=[64]"
                        + " --set seeds=[1] --set recipes=[]");
    }

    @Test
    void refusesSeveralNumbersOfWorkers() {
        assertThatThrownBy(() -> TrainCommand.requireOneRun(smoke("batch-sizes=[64]", "sync.workers=[2,1]")))
                .isInstanceOf(PlanException.class)
                .hasMessage("train (study.sync.workers): takes one number of workers, but the configuration has 2,"
                        + " [1, 2]; use 'study', or --set sync.workers=1");
    }

    @Test
    void refusesASearchForTheBestRate() {
        assertThatCode(() -> TrainCommand.requireOneRun(smoke("batch-sizes=[64]", "learning-rate.search.factors=[2]")))
                .doesNotThrowAnyException();
        assertThatThrownBy(() ->
                        TrainCommand.requireOneRun(smoke("batch-sizes=[64]", "learning-rate.search.factors=[0.5,1]")))
                .isInstanceOf(PlanException.class)
                .hasMessage(
                        "train (study.learning-rate.search.factors): takes one learning rate, but the configuration has 2"
                                + " multiples of it to search, [0.5, 1.0]; use 'study', or --set"
                                + " learning-rate.search.factors=[1]");
        assertThatThrownBy(() -> TrainCommand.requireOneRun(
                        smoke("batch-sizes=[64]", "recipes=[{name=a,learning-rate.search.factors=[1,2,4]}]")))
                .isInstanceOf(PlanException.class)
                .hasMessage(
                        "train (recipe a: learning-rate.search.factors): takes one learning rate, but the configuration"
                                + " has 3 multiples of it to search, [1.0, 2.0, 4.0]; use 'study', or give recipe a one factor");
    }
}
