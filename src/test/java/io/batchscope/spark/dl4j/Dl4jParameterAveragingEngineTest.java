package io.batchscope.spark.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.OptimizerConfig.Name;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.ModelConfig.Dl4jFile;
import io.batchscope.plan.Synchronization.Dl4jParameterAveraging;
import io.batchscope.plan.Target;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.SparkTrainingEngine;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Real Spark jobs on local slots, with Deeplearning4j's own master. */
@Timeout(120)
class Dl4jParameterAveragingEngineTest {
    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path directory;

    private static DataLocation data;
    private static final Model MODEL = Dl4jPlans.model();

    @BeforeAll
    static void prepare() {
        data = Dl4jPlans.prepare(spark.session(), directory);
    }

    private static TrainedRun train(Model model, RunPlan plan) {
        return new Dl4jParameterAveragingEngine(spark.session(), data, model).train(plan, TrainingListener.NONE);
    }

    private static RunPlan every(long steps, RunPlans plans) {
        return Dl4jPlans.in(new Dl4jParameterAveraging(steps), plans.plan());
    }

    private static double distanceFromExact(Model model, RunPlans plans) {
        TrainedRun exact = new SparkTrainingEngine(spark.session(), data, model.replicas())
                .train(plans.plan(), TrainingListener.NONE);
        TrainedRun averaged = train(model, every(1, plans));
        assertThat(averaged.outcome()).isEqualTo(new Outcome.Completed());
        return TrainedParameters.relativeDistance(TrainedParameters.of(averaged), TrainedParameters.of(exact));
    }

    @Test
    void averagingPlainUpdatesOfEvenSharesAtOnceIsTheExactMode() {
        assertThat(distanceFromExact(MODEL, Dl4jPlans.plans(32, 6))).isLessThan(1e-5);
    }

    @Test
    void soItIsWithThreeWorkersAndWeightDecay() {
        RunPlans plans = Dl4jPlans.plans(48, 3).withWorkers(3).withOptimizer(Dl4jPlans.optimizer(Name.SGD, 0, 0.1));
        assertThat(distanceFromExact(MODEL, plans)).isLessThan(1e-5);
    }

    @Test
    void aGraphIsTrainedLikeASequence() throws IOException {
        Path file = directory.resolve("graph.json");
        Files.writeString(
                file,
                new NeuralNetConfiguration.Builder()
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "hidden",
                                new DenseLayer.Builder()
                                        .nIn(Dl4jPlans.FEATURES)
                                        .nOut(5)
                                        .activation(Activation.TANH)
                                        .l2(0.01)
                                        .build(),
                                "in")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nIn(5)
                                        .nOut(Dl4jPlans.CLASSES)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "hidden")
                        .setOutputs("out")
                        .build()
                        .toJson());
        Model graph = Models.load(
                new Dl4jFile(file.toString()), List.of(Dl4jPlans.FEATURES), Task.CLASSIFICATION, Dl4jPlans.CLASSES);
        assertThat(distanceFromExact(graph, Dl4jPlans.plans(32, 3))).isLessThan(1e-5);
    }

    /** Momentum that began anew every round would show: at a constant rate Deeplearning4j's Nesterov is ours. */
    @Test
    void momentumSurvivesTheRounds() {
        RunPlan plan = every(3, Dl4jPlans.plans(32, 12).withOptimizer(Dl4jPlans.optimizer(Name.NESTEROV, 0.9, 0)));
        assertThat(distanceFromReference(plan)).isLessThan(1e-5);
    }

    /** Rates that change every update, rounds that do not divide the run, shares that differ, the ends of epochs. */
    @ParameterizedTest
    @MethodSource("io.batchscope.testing.Schedules#all")
    void theScheduleIsFollowedToTheLastUpdate(LearningRateSchedule schedule) {
        RunPlan plan = every(4, Dl4jPlans.plans(33, 23).withSchedule(schedule));
        assertThat(distanceFromReference(plan)).isLessThan(1e-5);
    }

    private static double distanceFromReference(RunPlan plan) {
        float[] wanted = new LocalDescent(spark.session(), data, MODEL, plan).parameters();
        return TrainedParameters.relativeDistance(TrainedParameters.of(train(MODEL, plan)), wanted);
    }

    @Test
    void adamRepeatsToTheBit() {
        for (Name name : List.of(Name.ADAM, Name.ADAMW)) {
            RunPlan plan = every(2, Dl4jPlans.plans(32, 2).withOptimizer(Dl4jPlans.optimizer(name, 0.5, 0.01)));
            assertThat(TrainedParameters.of(train(MODEL, plan))).isEqualTo(TrainedParameters.of(train(MODEL, plan)));
        }
    }

    @Test
    void aRoundHasARowAndEvaluationsAreOurs() {
        RunPlan plan = every(4, Dl4jPlans.plans(32, 22));
        TrainedRun run = train(MODEL, plan);
        assertThat(run.stepRows()).extracting(StepRecord::step).containsExactly(4L, 8L, 12L, 16L, 20L, 22L);
        assertThat(run.stepRows()).allSatisfy(row -> {
            assertThat(row.gradientNorm()).isNull();
            assertThat(row.bytesSent()).isGreaterThan(100);
            assertThat(row.computeSeconds()).isPositive();
            assertThat(row.dataSeconds()).isPositive();
        });
        // Evaluated every 10 updates: at the first end of a round from there on.
        assertThat(run.evalRows())
                .extracting(row -> row.split() + row.step())
                .containsExactly("validation0", "validation12", "validation20", "validation22", "train22", "test22");
        TrainedRun exact = new SparkTrainingEngine(spark.session(), data, MODEL.replicas())
                .train(Dl4jPlans.plans(32, 1).plan(), TrainingListener.NONE);
        EvalRecord start = exact.evalRows().get(0);
        assertThat(run.evalRows().get(0).loss()).isCloseTo(start.loss(), within(1e-6));
        assertThat(run.evalRows().get(0).accuracy()).isEqualTo(start.accuracy());
        assertThat(run.hosts()).hasSize(2);
        assertThat(run.bytesSent())
                .isEqualTo(
                        run.stepRows().stream().mapToLong(StepRecord::bytesSent).sum());
    }

    @Test
    void endsAtTheTargetTheBudgetAndDivergence() {
        RunPlans plans = Dl4jPlans.plans(32, 40);
        Target easy = new Target(Target.Metric.VALIDATION_LOSS, 10, true);
        assertThat(train(MODEL, every(4, plans.withTarget(easy))).outcome()).isEqualTo(new Outcome.ReachedTarget(12));
        assertThat(train(MODEL, every(4, plans.withSecondsLimit(1e-6))).outcome())
                .isInstanceOf(Outcome.BudgetExhausted.class);
        RunPlans wild = plans.withSchedule(new LearningRateSchedule.Constant(1e300));
        assertThat(train(MODEL, every(2, wild)).outcome()).isInstanceOf(Outcome.Diverged.class);
    }

    @Test
    void whatDeeplearning4jCannotTrainFailsInOneLine() {
        RunPlan heavyBall = every(2, Dl4jPlans.plans(32, 4).withOptimizer(Dl4jPlans.optimizer(Name.SGD, 0.9, 0)));
        assertThat(train(MODEL, heavyBall).outcome().detail())
                .startsWith("optimizer sgd with momentum 0.9")
                .contains("use nesterov");
    }

    @Test
    void aRunThatStandsStillFailsAndTheNextOneTrains() {
        RunPlan late = Dl4jPlans.with(
                new Dl4jParameterAveraging(2), Dl4jPlans.plans(32, 4).plan(), 1e-3);
        TrainedRun run = train(MODEL, late);
        assertThat(run.outcome().label()).isEqualTo("Failed");
        assertThat(run.outcome().detail()).contains("did not finish within 0.001 s without progress");
        assertThat(train(MODEL, every(2, Dl4jPlans.plans(32, 4))).outcome()).isEqualTo(new Outcome.Completed());
    }
}
