package io.batchscope.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RecipeConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.WarmupConfig;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.StudyConfig.RequestedBatch;
import io.batchscope.plan.SyncMode;
import io.batchscope.plan.SyncModeConfig;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.units.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    private static final String LEAST = "study { name = s, data.path = d }";

    @TempDir
    Path directory;

    @Test
    void readsEveryBlock() throws IOException {
        StudyConfig config =
                load("""
                        study {
                          name = everything
                          data { path = "d", train-fraction = 0.5, format = csv, input = [a.csv, b.csv], test = [t.csv]
                                 label = price, task = regression, validation-fraction = 0.25, test-fraction = 0
                                 shards = 7, seed = 9 }
                          model { catalog = mlp, hidden = [8, 4], activation = tanh }
                          optimizer { name = adamw, weight-decay = 0.01, beta1 = 0.8, beta2 = 0.99, epsilon = 1e-7 }
                          learning-rate { base = 0.001, base-batch = 32, scaling = sqrt, max = 0.01, warmup = "5 epochs"
                                          schedule = step, milestones = ["30 epochs", "60 epochs"], step-factor = 0.2 }
                          batch-sizes = [16, full], seeds = [3, 4]
                          budget { epochs = 90, min-updates = 200, seconds = 60 }
                          target { metric = validation-loss, value = 0.3, stop = true }
                          evaluation { every = "100 steps", max-step-rows = 50, divergence-factor = 4 }
                          sync { workers = 2, micro-batch = 64, timeout-seconds = 30 }
                          replica = dl4j
                          output = "results/here"
                        }
                        """)
                        .config();

        assertThat(config.name()).isEqualTo("everything");
        assertThat(config.data().path()).isEqualTo("d");
        assertThat(config.data().trainFraction()).isEqualTo(0.5);
        StudyConfig.SourceConfig source = config.data().source().orElseThrow();
        assertThat(source.input()).containsExactly("a.csv", "b.csv");
        assertThat(source.test()).containsExactly("t.csv");
        assertThat(source.label()).contains("price");
        assertThat(source.task()).isEqualTo(Task.REGRESSION);
        assertThat(List.of(source.validationFraction(), source.testFraction())).containsExactly(0.25, 0.0);
        assertThat(List.of((long) source.shards(), source.seed())).containsExactly(7L, 9L);
        assertThat(source.synthetic()).isEmpty();
        assertThat(config.model()).isEqualTo(new ModelConfig.Catalog("mlp", List.of(8, 4), "tanh"));
        assertThat(config.recipes().get(0).optimizer().base())
                .isEqualTo(new OptimizerConfig(OptimizerConfig.Name.ADAMW, 0, 0.01, 0.8, 0.99, 1e-7));
        RecipeConfig.LearningRateConfig rate = config.recipes().get(0).learningRate();
        assertThat(rate.scaling()).isEqualTo(ScalingRule.SQRT);
        assertThat(rate.max()).contains(0.01);
        assertThat(rate.warmup())
                .isEqualTo(new WarmupConfig(new Span(5, Span.Unit.EPOCHS), WarmupConfig.Rise.LINEAR, Optional.empty()));
        assertThat(rate.schedule().shape()).isEqualTo(ScheduleConfig.Shape.STEP);
        assertThat(rate.schedule().milestones())
                .containsExactly(new Span(30, Span.Unit.EPOCHS), new Span(60, Span.Unit.EPOCHS));
        assertThat(rate.schedule().stepFactor()).isEqualTo(0.2);
        assertThat(config.batchSizes()).containsExactly(RequestedBatch.of(16), RequestedBatch.full());
        assertThat(config.seeds()).containsExactly(3L, 4L);
        assertThat(config.recipes().get(0).budget().length()).isEqualTo(new Span(90, Span.Unit.EPOCHS));
        assertThat(config.recipes().get(0).budget().minUpdates()).isEqualTo(200);
        assertThat(config.recipes().get(0).budget().seconds()).contains(60.0);
        assertThat(config.target()).contains(new Target(Target.Metric.VALIDATION_LOSS, 0.3, true));
        assertThat(config.evaluation())
                .isEqualTo(new StudyConfig.EvaluationConfig(new Span(100, Span.Unit.STEPS), 50, 4));
        assertThat(config.sync().workers()).containsExactly(2);
        assertThat(config.sync().modes()).extracting(SyncModeConfig::mode).containsExactly(SyncMode.SYNCHRONOUS);
        assertThat(config.replica()).contains(ReplicaKind.DL4J);
        assertThat(config.output()).isEqualTo("results/here");
    }

    @Test
    void fillsInTheDefaults() throws IOException {
        StudyConfig config = load(LEAST).config();

        assertThat(config.data().source()).isEmpty();
        assertThat(config.model()).isEqualTo(new ModelConfig.Catalog("mlp", List.of(256, 128), "relu"));
        assertThat(config.recipes().get(0).optimizer().base().momentum()).isEqualTo(0.9);
        assertThat(config.target()).isEmpty();
        assertThat(config.sync().workers()).isEmpty();
        assertThat(config.replica()).isEmpty();
        assertThat(config.output()).isEqualTo("results/s");
    }

    @Test
    void takesSeveralNumbersOfWorkersInAnyOrder() throws IOException {
        assertThat(load(LEAST, "sync.workers=[4, 1, 2]").config().sync().workers())
                .containsExactly(1, 2, 4);
    }

    @Test
    void takesEachReplica() throws IOException {
        assertThat(load(LEAST, "replica=fused").config().replica()).contains(ReplicaKind.FUSED);
        assertThat(load(LEAST, "replica=cuda").config().replica()).contains(ReplicaKind.CUDA);
        assertThat(load(LEAST, "replica=dl4j").config().replica()).contains(ReplicaKind.DL4J);
        assertThat(load(LEAST, "replica=auto").config().replica()).isEmpty();
    }

    @Test
    void takesHowGpusCompute() throws IOException {
        assertThat(load(LEAST).config().gpu()).isEqualTo(new StudyConfig.GpuConfig(false, 1));
        assertThat(load(LEAST, "gpu.tf32=true", "gpu.ranks-per-device=2")
                        .config()
                        .gpu())
                .isEqualTo(new StudyConfig.GpuConfig(true, 2));
    }

    @Test
    void takesPlainSgdWithoutMomentum() throws IOException {
        assertThat(load(LEAST, "optimizer.name=sgd")
                        .config()
                        .recipes()
                        .get(0)
                        .optimizer()
                        .base()
                        .momentum())
                .isZero();
    }

    @Test
    void putsOverridesOnTopWithOrWithoutThePrefix() throws IOException {
        StudyConfig config = load(
                        LEAST,
                        "seeds=[7]",
                        "study.learning-rate.base=0.5",
                        "learning-rate { max = 1, base = 2 }".replace(" {", "={"),
                        "learning-rate.base=0.25")
                .config();

        assertThat(config.seeds()).containsExactly(7L);
        assertThat(config.recipes().get(0).learningRate().base()).isEqualTo(0.25);
        assertThat(config.recipes().get(0).learningRate().max()).contains(1.0);
    }

    @Test
    void letsABudgetReplaceTheLengthBelowIt() throws IOException {
        LoadedConfig steps = load("study { name = s, data.path = d, budget.steps = 500 }");
        assertThat(steps.config().recipes().get(0).budget().length()).isEqualTo(new Span(500, Span.Unit.STEPS));
        assertThat(steps.resolvedJson()).contains("\"epochs\":null").contains("\"steps\":500");

        LoadedConfig examples = load("study { name = s, data.path = d, budget.steps = 500 }", "budget.examples=1e6");
        assertThat(examples.config().recipes().get(0).budget().length()).isEqualTo(new Span(1e6, Span.Unit.EXAMPLES));

        // The same value as the default's is still the user's choice.
        assertThat(problems("study { name = s, data.path = d, budget { epochs = 10, steps = 500 } }"))
                .containsExactly("wrong block 'budget' (" + file() + ":1, study.budget): must have exactly one of"
                        + " epochs, steps, examples, but has epochs and steps; keep one");
    }

    @Test
    void letsAModelFileReplaceTheCatalogue() throws IOException {
        LoadedConfig file = load("study { name = s, data.path = d, model.dl4j = net.zip }");
        assertThat(file.config().model()).isEqualTo(new ModelConfig.Dl4jFile("net.zip"));
        assertThat(file.resolvedJson()).contains("\"catalog\":null").contains("\"hidden\":null");

        LoadedConfig override =
                load("study { name = s, data.path = d, model.dl4j = net.zip }", "model.catalog=softmax");
        assertThat(override.config().model()).isInstanceOf(ModelConfig.Catalog.class);

        assertThat(problems("study { name = s, data.path = d, model { catalog = mlp, dl4j = net.json } }"))
                .containsExactly("wrong value for 'dl4j' (" + file() + ":1, study.model.dl4j): must be given without"
                        + " catalog: a model is either from the catalogue or a file, but is \"net.json\"; correct it");
        assertThat(problems("study { name = s, data.path = d, model { dl4j = net.h5, hidden = [3] } }"))
                .containsExactly(
                        "'hidden' without effect (" + file()
                                + ":1, study.model.hidden): belongs to catalog = mlp; remove it",
                        "wrong value for 'dl4j' (" + file() + ":1, study.model.dl4j): must be a Deeplearning4j"
                                + " configuration (.json) or saved model (.zip), but is \"net.h5\"; correct it");
    }

    @Test
    void hashesTheResolvedConfigurationWhateverItsLayout() throws IOException {
        LoadedConfig one = load("study { name = s, data.path = d, seeds = [1, 2] } # a comment");
        LoadedConfig other = load("study.data { path = \"d\" }\n\nstudy.seeds = [1, 2]\nstudy { name = s }");

        assertThat(one.resolvedJson()).isEqualTo(other.resolvedJson()).startsWith("{\"study\":{\"batch-growth\":{");
        assertThat(one.hash()).isEqualTo(other.hash()).matches("[0-9a-f]{64}");
        assertThat(load(LEAST).hash()).isNotEqualTo(one.hash());
    }

    @Test
    void loadsItsOwnResolvedJsonAgain() throws IOException {
        LoadedConfig first = load("study { name = s, data.path = d, budget.steps = 500, model.dl4j = net.zip }");
        LoadedConfig second = load(first.resolvedJson());

        assertThat(second.config()).isEqualTo(first.config());
        assertThat(second.hash()).isEqualTo(first.hash());
    }

    @Test
    void readsIncludesAndReferences() throws IOException {
        Files.writeString(directory.resolve("common.conf"), "study { data.path = d, seeds = [4] }");
        StudyConfig config =
                load("""
                        include "common.conf"
                        study { name = s, sync.workers = 3, sync.micro-batch = ${study.sync.workers} }
                        """)
                        .config();
        assertThat(config.seeds()).containsExactly(4L);
        assertThat(config.sync().microBatch()).hasValue(3);
    }

    @Test
    void readsSizesOfMemory() throws IOException {
        assertThat(memory("auto")).isEmpty();
        assertThat(memory("\"2 GiB\"")).hasValue(2L << 30);
        assertThat(memory("512m")).hasValue(512L << 20);
        assertThat(memory("1.5 MiB")).hasValue(3L << 19);
        assertThat(memory("1000000")).hasValue(1_000_000);
    }

    private OptionalLong memory(String value) throws IOException {
        return load("study { name = s, data.path = d }", "sync.memory-per-worker=" + value)
                .config()
                .sync()
                .memoryPerWorker();
    }

    private LoadedConfig load(String text, String... sets) throws IOException {
        Files.writeString(file(), text);
        return ConfigLoader.load(file(), List.of(sets));
    }

    private List<String> problems(String text, String... sets) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(text, sets));
        assertThat(refused).isNotNull();
        return refused.problems();
    }

    private Path file() {
        return directory.resolve("x.conf");
    }
}
