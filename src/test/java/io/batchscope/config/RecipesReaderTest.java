package io.batchscope.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.OptimizerConfig.Name;
import io.batchscope.plan.RecipeConfig;
import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.DecayShape;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Piece;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.plan.RecipeConfig.WarmupConfig;
import io.batchscope.plan.RecipeConfig.WarmupConfig.Rise;
import io.batchscope.plan.Regularization;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecipesReaderTest {
    private static final String LEAST = "study { name = s, data.path = d }";

    @TempDir
    Path directory;

    @Test
    void readsEveryKeyOfARecipe() throws IOException {
        RecipeConfig recipe = recipes(
                        """
                        study { name = s, data.path = d
                          optimizer { name = lamb, weight-decay = 0.01, weight-decay-scaling = timescale
                            weight-decay-on = all, beta1 = 0.8, beta2 = 0.99, epsilon = 1e-6, moment-scaling = sde
                            clip-norm = 2 }
                          learning-rate { base = 0.01, base-batch = 32, scaling = sqrt, max = 0.1, warmup = "3 epochs"
                            warmup-shape = exponential, warmup-from = 0.25, schedule = wsd, end-factor = 0.05
                            decay = "30 %", decay-shape = one-minus-sqrt }
                          regularization { label-smoothing = 0.1, ghost-batch = 32 }
                          batch-growth { by = noise, min = 16, max = 4096, rate = keep, noise-factor = 0.5
                            hysteresis = 1.5, every = "5 steps", smoothing = "7 steps" }
                          budget { epochs = 3, equal = target, min-updates = 4, seconds = 5 }
                        }
                        """)
                .get(0);

        assertThat(recipe.name()).isEmpty();
        assertThat(recipe.optimizer())
                .isEqualTo(new OptimizerSettings(
                        new OptimizerConfig(Name.LAMB, 0, 0.01, 0.8, 0.99, 1e-6, 0.001, true, 2),
                        MomentScaling.SDE,
                        DecayScaling.TIMESCALE));
        assertThat(recipe.learningRate())
                .isEqualTo(new LearningRateConfig(
                        0.01,
                        32,
                        ScalingRule.SQRT,
                        Optional.of(0.1),
                        new WarmupConfig(Span.parse("3 epochs"), Rise.EXPONENTIAL, Optional.of(0.25)),
                        new ScheduleConfig(
                                Shape.WSD,
                                0.05,
                                1,
                                List.of(),
                                0.1,
                                Span.parse("30 %"),
                                DecayShape.ONE_MINUS_SQRT,
                                List.of()),
                        List.of()));
        assertThat(recipe.regularization()).isEqualTo(new Regularization(0.1, 32));
        assertThat(recipe.growth())
                .isEqualTo(new GrowthConfig(
                        GrowthConfig.By.NOISE,
                        List.of(),
                        2,
                        OptionalLong.of(16),
                        OptionalLong.of(4096),
                        false,
                        0.5,
                        1.5,
                        Span.parse("5 steps"),
                        Span.parse("7 steps")));
        assertThat(recipe.budget())
                .isEqualTo(new BudgetConfig(
                        Span.parse("3 epochs"), Optional.of(BudgetConfig.Equal.TARGET), 4, Optional.of(5.0)));
    }

    @Test
    void readsGrowthByPlanAndWhatTheRateDoesByDefault() throws IOException {
        GrowthConfig plan = one(LEAST, "batch-growth={by=plan,milestones=[50 %,75 %],factor=5,max=512}")
                .growth();
        assertThat(plan.milestones()).containsExactly(Span.parse("50 %"), Span.parse("75 %"));
        assertThat(plan.factor()).isEqualTo(5);
        assertThat(plan.most()).hasValue(512);
        assertThat(plan.scalesRate()).isFalse();
        assertThat(one(LEAST, "batch-growth={by=plan,milestones=[50 %],rate=scale}")
                        .growth()
                        .scalesRate())
                .isTrue();
        assertThat(one(LEAST, "batch-growth.by=noise").growth().scalesRate()).isTrue();
    }

    @Test
    void readsPiecesThatGoOnWhereTheOneBeforeEnds() throws IOException {
        assertThat(one(
                                LEAST,
                                "learning-rate={schedule=pieces,pieces=[{until=10 %,from=0.1,to=1},{until=3 epochs},"
                                        + "{shape=cosine,to=0}]}")
                        .learningRate()
                        .schedule()
                        .pieces())
                .containsExactly(
                        new Piece(Optional.of(Span.parse("10 %")), DecayShape.LINEAR, 0.1, 1),
                        new Piece(Optional.of(Span.parse("3 epochs")), DecayShape.LINEAR, 1, 1),
                        new Piece(Optional.empty(), DecayShape.COSINE, 1, 0));
    }

    @Test
    void readsEachWarmup() throws IOException {
        Span five = Span.parse("5 %");
        assertThat(one(LEAST).learningRate().warmup()).isEqualTo(new WarmupConfig(five, Rise.LINEAR, Optional.empty()));
        assertThat(one(LEAST, "learning-rate.warmup-shape=constant")
                        .learningRate()
                        .warmup()
                        .rise())
                .isEqualTo(Rise.CONSTANT);
        assertThat(one(LEAST, "learning-rate.warmup-shape=none")
                        .learningRate()
                        .warmup()
                        .length()
                        .value())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"lars, 0.9, false", "lamb, 0, false", "nesterov, 0.9, true", "sgd, 0, true", "adamw, 0, true"})
    void knowsWhatIsUsualForEachOptimizer(String name, double momentum, boolean decaysAll) throws IOException {
        OptimizerConfig optimizer =
                one(LEAST, "optimizer.name=" + name).optimizer().base();
        assertThat(optimizer.momentum()).isEqualTo(momentum);
        assertThat(optimizer.decaysAll()).isEqualTo(decaysAll);
        assertThat(optimizer.trustCoefficient()).isEqualTo(0.001);
        assertThat(optimizer.clipNorm()).isInfinite();
    }

    @Test
    void readsModelsWithNormalization() throws IOException {
        assertThat(load(LEAST, "model={catalog=cnn,batch-normalization=true}")
                        .config()
                        .model())
                .isEqualTo(new ModelConfig.Catalog("cnn", List.of(256, 128), "relu", true, false));
        assertThat(load(LEAST, "model={catalog=resnet8,zero-init-residual=true}")
                        .config()
                        .model())
                .isEqualTo(new ModelConfig.Catalog("resnet8", List.of(256, 128), "relu", false, true));
        assertThat(load(LEAST, "model={dl4j=net.zip,zero-init-residual=true}")
                        .config()
                        .model())
                .isEqualTo(new ModelConfig.Dl4jFile("net.zip", true));
    }

    /** Keys of a recipe go over the study's, and what its optimizer or schedule does not have is not taken over. */
    @Test
    void putsRecipesOverTheStudysOwnBlocks() throws IOException {
        List<RecipeConfig> recipes = recipes(
                """
                        study { name = s, data.path = d
                          optimizer { momentum = 0.8, weight-decay = 0.01, beta1 = 0.7 }
                          learning-rate { base = 0.2, milestones = ["50 %"], schedule = step }
                          budget.epochs = 7
                          recipes = [
                            { name = own }
                            { name = adam, optimizer { name = adam, beta2 = 0.5 }, learning-rate.schedule = cosine
                              budget.steps = 9 }
                            { name = more, learning-rate { base = 0.3, step-factor = 0.5 }, budget.equal = updates }
                          ]
                        }
                        """);

        assertThat(recipes).extracting(RecipeConfig::name).containsExactly("own", "adam", "more");
        assertThat(recipes.get(0).optimizer().base())
                .isEqualTo(new OptimizerConfig(Name.NESTEROV, 0.8, 0.01, 0.9, 0.999, 1e-8));
        assertThat(recipes.get(1).optimizer().base())
                .isEqualTo(new OptimizerConfig(Name.ADAM, 0, 0.01, 0.7, 0.5, 1e-8));
        assertThat(recipes.get(1).learningRate().base()).isEqualTo(0.2);
        assertThat(recipes.get(1).learningRate().schedule().shape()).isEqualTo(Shape.COSINE);
        assertThat(recipes.get(1).budget().length()).isEqualTo(Span.parse("9 steps"));
        assertThat(recipes.get(2).learningRate().base()).isEqualTo(0.3);
        assertThat(recipes.get(2).learningRate().schedule().milestones()).containsExactly(Span.parse("50 %"));
        assertThat(recipes.get(2).budget())
                .isEqualTo(new BudgetConfig(
                        Span.parse("7 epochs"), Optional.of(BudgetConfig.Equal.UPDATES), 0, Optional.empty()));
    }

    @Test
    void takesRecipesAwayOnTheCommandLine() throws IOException {
        LoadedConfig loaded = load(
                "study { name = s, data.path = d, recipes = [{ name = a, budget.steps = 5 }, { name = b }] }",
                "recipes=[]");
        assertThat(loaded.config().recipes()).extracting(RecipeConfig::name).containsExactly("");
    }

    /** What no recipe uses is refused; what one of them uses is not. */
    @Test
    void refusesWhatNoRecipeUses() {
        assertThat(
                        problems(
                                """
                        study { name = s, data.path = d
                          optimizer { beta1 = 0.7, trust-coefficient = 0.01 }
                          recipes = [
                            { name = a, optimizer { name = lars } }
                            { name = b, learning-rate { power = 2 } }
                          ]
                        }
                        """))
                .containsExactly(
                        "'power' without effect (FILE:5, study.recipes[1].learning-rate.power): belongs to schedule ="
                                + " polynomial; remove it",
                        "'beta1' without effect (FILE:2, study.optimizer.beta1): belongs to adam, adamw and lamb; remove"
                                + " it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "recipes=linear | wrong value for 'recipes' (SET, study.recipes): must be a list [ … ], but is \"linear\"; correct it, or remove it for the default []",
                "recipes=[linear] | wrong value for 'recipes[0]' (SET, study.recipes[0]): must be a block { name = …, … }, but is \"linear\"; correct it",
                "recipes=[{}] | missing key 'name' (SET, study.recipes[0].name): needs a value; add one, conf/defaults.conf explains it",
                "recipes=[{name=a b}] | wrong value for 'name' (SET, study.recipes[0].name): must be at most 100 letters, digits, '.', '_' and '-' that start with a letter or digit, but is \"a b\"; correct it",
                "recipes=[{name=a},{name=a}] | wrong value for 'name' (SET, study.recipes[1].name): must be another name than those of the recipes before it, but is \"a\"; correct it",
                "recipes=[{name=a,seeds=[1]}] | unknown key 'seeds' (SET, study.recipes[0].seeds): no such setting; there are name, optimizer, learning-rate, regularization, batch-growth, budget",
                "recipes=[{name=a,optimizer.momentm=0.5}] | unknown key 'momentm' (SET, study.recipes[0].optimizer.momentm): no such setting; did you mean 'momentum'?",
                "recipes=[{name=a,optimizer=adam}] | wrong value for 'optimizer' (SET, study.recipes[0].optimizer): must be a block { … }, but is \"adam\"; correct it",
                "recipes=[{name=a,budget{epochs=1,steps=1}}] | wrong block 'budget' (SET, study.recipes[0].budget): must have exactly one of epochs, steps, examples, but has epochs and steps; keep one",
                "optimizer={name=adam,momentum=0.5} | 'momentum' without effect (SET, study.optimizer.momentum): belongs to sgd, nesterov and lars; adam, adamw and lamb have beta1; remove it",
                "optimizer.trust-coefficient=0.01 | 'trust-coefficient' without effect (SET, study.optimizer.trust-coefficient): belongs to lars; remove it",
                "optimizer={name=lars,trust-coefficient=0} | wrong value for 'trust-coefficient' (SET, study.optimizer.trust-coefficient): must be a number above 0, but is 0; correct it, or remove it for the default 0.001",
                "optimizer.clip-norm=0 | wrong value for 'clip-norm' (SET, study.optimizer.clip-norm): must be a number above 0, but is 0; correct it",
                "optimizer.moment-scaling=sde | 'moment-scaling' without effect (SET, study.optimizer.moment-scaling): belongs to adam, adamw and lamb; remove it",
                "optimizer.weight-decay-scaling=sqrt | 'weight-decay-scaling' without effect (SET, study.optimizer.weight-decay-scaling): nothing decays with weight-decay = 0; remove it",
                "optimizer.weight-decay-on=weights | 'weight-decay-on' without effect (SET, study.optimizer.weight-decay-on): nothing decays with weight-decay = 0; remove it",
                "optimizer={weight-decay=1,weight-decay-on=biases} | wrong value for 'weight-decay-on' (SET, study.optimizer.weight-decay-on): must be one of all, weights, but is \"biases\"; correct it",
                "learning-rate={scaling=adascale,max=1} | 'max' without effect (SET, study.learning-rate.max): scaling = adascale measures what the rate is multiplied by; remove it",
                "learning-rate={warmup-shape=none,warmup=3 steps} | 'warmup' without effect (SET, study.learning-rate.warmup): there is none with warmup-shape = none; remove it",
                "learning-rate.warmup-from=1.5 | wrong value for 'warmup-from' (SET, study.learning-rate.warmup-from): must be a number in [0, 1], but is 1.5; correct it",
                "learning-rate={warmup-shape=exponential,warmup-from=0} | wrong value for 'warmup-from' (SET, study.learning-rate.warmup-from): must be above 0 for warmup-shape = exponential, which never leaves 0, but is 0; correct it",
                "learning-rate={schedule=wsd,decay-shape=exponential} | wrong value for 'end-factor' (FILE, study.learning-rate.end-factor): must be above 0 for decay-shape = exponential, which never gets to 0, but is 0; set it",
                "learning-rate.decay=10 % | 'decay' without effect (SET, study.learning-rate.decay): belongs to schedule = wsd; remove it",
                "learning-rate.schedule=pieces | wrong value for 'pieces' (FILE, study.learning-rate.pieces): must be at least one piece for schedule = pieces, but is []; set it",
                "learning-rate={schedule=pieces,pieces=[{}],warmup=1 steps} | 'warmup' without effect (SET, study.learning-rate.warmup): with schedule = pieces the first piece is the way up; remove it",
                "learning-rate={schedule=pieces,pieces=[1]} | wrong value for 'pieces[0]' (SET, study.learning-rate.pieces[0]): must be a block { until = …, shape = …, from = …, to = … }, but is 1; correct it",
                "learning-rate={schedule=pieces,pieces=[{},{}]} | wrong value for 'pieces[0]' (SET, study.learning-rate.pieces[0]): must be a piece with until, as only the last one goes on to the end of the run, but is {}; correct it",
                "learning-rate={schedule=pieces,pieces=[{until=5 %}]} | wrong value for 'until' (SET, study.learning-rate.pieces[0].until): must be absent in the last piece, which goes on to the end of the run, but is \"5 %\"; correct it",
                "learning-rate={schedule=pieces,pieces=[{shape=exponential,to=0}]} | wrong value for 'pieces[0]' (SET, study.learning-rate.pieces[0]): must be from above 0 to above 0 for shape = exponential, but is {\"shape\":\"exponential\",\"to\":0}; correct it",
                "learning-rate={schedule=pieces,pieces=[{form=1}]} | unknown key 'form' (SET, study.learning-rate.pieces[0].form): no such setting; there are until, shape, from, to",
                "regularization.label-smoothing=1 | wrong value for 'label-smoothing' (SET, study.regularization.label-smoothing): must be a number in [0, 1), but is 1; correct it, or remove it for the default 0",
                "regularization.ghost-batch=1 | wrong value for 'ghost-batch' (SET, study.regularization.ghost-batch): must be a whole number in 2 … 2147483647, but is 1; correct it",
                "batch-growth.factor=3 | 'factor' without effect (SET, study.batch-growth.factor): belongs to by = plan; remove it",
                "batch-growth={by=plan,milestones=[5 %],factor=1} | wrong value for 'factor' (SET, study.batch-growth.factor): must be a number above 1, but is 1; correct it, or remove it for the default 2",
                "batch-growth.by=plan | wrong value for 'milestones' (FILE, study.batch-growth.milestones): must be at least one duration for by = plan, such as [\"50 %\", \"75 %\"], but is []; set it",
                "batch-growth={by=plan,milestones=[5 %],hysteresis=3} | 'hysteresis' without effect (SET, study.batch-growth.hysteresis): belongs to by = noise; remove it",
                "batch-growth={by=noise,min=64,max=32} | wrong value for 'max' (SET, study.batch-growth.max): must be at least min, 64, but is 32; correct it",
                "batch-growth.rate=scale | 'rate' without effect (SET, study.batch-growth.rate): belongs to by = plan and noise; remove it",
                "budget.equal=examples | wrong value for 'equal' (SET, study.budget.equal): must be one of epochs, updates, target, but is \"examples\"; correct it",
                "model.batch-normalization=1 | wrong value for 'batch-normalization' (SET, study.model.batch-normalization): must be true or false, but is 1; correct it, or remove it for the default false",
                "model.zero-init-residual=true | 'zero-init-residual' without effect (SET, study.model.zero-init-residual): belongs to catalog = resnet8 and to dl4j; remove it",
                "model={catalog=resnet8,batch-normalization=true} | 'batch-normalization' without effect (SET, study.model.batch-normalization): belongs to catalog = mlp and cnn; remove it"
            })
    void namesTheOneThingThatIsWrong(String set, String problem) {
        assertThat(problems(LEAST, set)).containsExactly(problem.replace("SET", "--set " + set));
    }

    private RecipeConfig one(String text, String... sets) throws IOException {
        return load(text, sets).config().recipes().get(0);
    }

    private List<RecipeConfig> recipes(String text) throws IOException {
        return load(text).config().recipes();
    }

    private LoadedConfig load(String text, String... sets) throws IOException {
        Path file = directory.resolve("x.conf");
        Files.writeString(file, text);
        return ConfigLoader.load(file, List.of(sets));
    }

    private List<String> problems(String text, String... sets) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> load(text, sets));
        assertThat(refused).isNotNull();
        String file = directory.resolve("x.conf").toString();
        return refused.problems().stream()
                .map(problem -> problem.replace(file, "FILE"))
                .toList();
    }
}
