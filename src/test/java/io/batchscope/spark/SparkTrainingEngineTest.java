package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.nn.Model;
import io.batchscope.nn.Models;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import io.batchscope.plan.Transport;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of training on Spark, on real local tasks and barrier stages with Deeplearning4j replicas. */
@Timeout(120)
class SparkTrainingEngineTest {
    private static final int EXAMPLES = 400;
    private static final int CLASSES = 3;

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path directory;

    private static DataLocation data;
    private static Model model;

    @BeforeAll
    static void prepare() {
        SourceConfig source = new SourceConfig(
                "synthetic",
                List.of(),
                List.of(),
                Optional.empty(),
                Task.CLASSIFICATION,
                0.1,
                0.1,
                4,
                1,
                Optional.of(new SyntheticConfig(EXAMPLES, 6, CLASSES, 0.5)));
        String path = directory.resolve("data").toString();
        DataPreparer.prepare(spark.session(), PreparationRequest.of(source, "test"), path);
        data = DataLocation.open(spark.session().sparkContext().hadoopConfiguration(), path);
        model = Models.load(new Catalog("mlp", List.of(8), "relu"), List.of(6), Task.CLASSIFICATION, CLASSES);
    }

    private static RunPlans plans(long batchSize, long steps) {
        return RunPlans.sgd(Task.CLASSIFICATION, data.manifest().facts().trainExamples(), batchSize, steps, 0.05);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 64, 324})
    void twoWorkersTakeTheStepsOfOne(long batchSize) {
        OptimizerConfig nesterov = new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 1e-3, 0.9, 0.999, 1e-8);
        RunPlans plans = plans(batchSize, 50).withOptimizer(nesterov);
        TrainedRun one = train(plans);
        TrainedRun two = train(plans.withWorkers(2));
        assertThat(two.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(TrainedParameters.relativeDistance(TrainedParameters.of(two), TrainedParameters.of(one)))
                .isLessThan(1e-5);
        assertThat(one.hosts()).hasSize(1);
        assertThat(two.hosts()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(OptimizerConfig.Name.class)
    void everyOptimizerAgreesOverWorkers(OptimizerConfig.Name name) {
        // A large epsilon: Adam divides by the root of squared gradients, which amplifies rounding where they are tiny.
        OptimizerConfig optimizer = new OptimizerConfig(name, 0.5, 1e-3, 0.9, 0.99, 1e-2);
        RunPlans plans = plans(50, 30).withOptimizer(optimizer);
        float[] one = TrainedParameters.of(train(plans));
        float[] two = TrainedParameters.of(train(plans.withWorkers(2)));
        assertThat(TrainedParameters.relativeDistance(two, one)).isLessThan(1e-5);
    }

    @Test
    void repeatsToTheBit() {
        RunPlans plans = plans(32, 40).withWorkers(2);
        TrainedRun first = train(plans);
        TrainedRun second = train(plans);
        assertThat(TrainedParameters.of(second)).isEqualTo(TrainedParameters.of(first));
        assertThat(second.stepRows())
                .extracting(StepRecord::loss)
                .isEqualTo(first.stepRows().stream().map(StepRecord::loss).toList());
        assertThat(second.evalRows())
                .extracting(EvalRecord::loss)
                .isEqualTo(first.evalRows().stream().map(EvalRecord::loss).toList());
    }

    @Test
    void theWayByWhichWorkersReachEachOtherChangesNoBit() {
        RunPlans plans = plans(32, 10).withWorkers(3);
        List<float[]> parameters = Arrays.stream(Transport.values())
                .map(transport -> new SparkTrainingEngine(spark.session(), data, model.replicas())
                        .train(plans.plan(transport), TrainingListener.NONE))
                .map(TrainedParameters::of)
                .toList();
        assertThat(parameters).hasSize(3).allSatisfy(each -> assertThat(each).isEqualTo(parameters.get(0)));
    }

    /** What a machine can do is asked of every worker, and what they can do is summed. */
    @Test
    void addsUpWhatTheMachinesOfTheWorkersCanDo() {
        SparkTrainingEngine engine = new SparkTrainingEngine(
                spark.session(), data, model.replicas(), GpuTasks.onProcessors(spark.session()), () -> 2.5e9, null);
        assertThat(engine.train(plans(32, 5).withWorkers(2).plan(), TrainingListener.NONE)
                        .gemmFlopsPerSecond())
                .isEqualTo(5e9);
        assertThat(train(plans(32, 5)).gemmFlopsPerSecond()).isNull();
    }

    @Test
    void evaluatesEveryExampleOfEverySplitOnce() {
        TrainedRun one = train(plans(64, 20));
        TrainedRun two = train(plans(64, 20).withWorkers(2));
        for (String split : List.of("train", "validation", "test")) {
            EvalRecord alone = last(one, split);
            EvalRecord together = last(two, split);
            assertThat(together.loss()).isCloseTo(alone.loss(), within(1e-5));
            assertThat(together.accuracy()).isEqualTo(alone.accuracy());
        }
        assertThat(last(one, "train").accuracy()).isGreaterThan(1.2 / CLASSES);
    }

    @Test
    void aFailingRunIsAnOutcomeAndTheNextOneRuns() {
        SparkTrainingEngine engine = new SparkTrainingEngine(spark.session(), data, new Breaking(-1));
        TrainedRun run = engine.train(plans(32, 20).plan(), TrainingListener.NONE);
        assertThat(run.outcome().label()).isEqualTo("Failed");
        assertThat(run.outcome().detail()).contains("the replica broke on rank 0");
        assertThat(train(plans(32, 5)).outcome()).isEqualTo(new Outcome.Completed());
    }

    @Test
    void aRankThatFailsEndsTheRunOnAllRanks() {
        SparkTrainingEngine engine = new SparkTrainingEngine(spark.session(), data, new Breaking(1));
        TrainedRun run = engine.train(plans(32, 20).withWorkers(2).plan(), TrainingListener.NONE);
        assertThat(run.outcome().label()).isEqualTo("Failed");
        assertThat(run.outcome().detail()).contains("rank 1 on ", "the replica broke on rank 1");
        assertThat(train(plans(32, 5).withWorkers(2)).outcome()).isEqualTo(new Outcome.Completed());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anInterruptedRunLeavesNoTaskBehind(int workers) throws Exception {
        RunPlan endless = plans(4, 100_000_000).withWorkers(workers).plan();
        CountDownLatch trains = new CountDownLatch(1);
        TrainingListener listener = new TrainingListener() {
            @Override
            public void onProgress(long stepsDone) {
                trains.countDown();
            }
        };
        CompletableFuture<TrainedRun> ended = new CompletableFuture<>();
        Thread thread = new Thread(() -> ended.complete(
                new SparkTrainingEngine(spark.session(), data, model.replicas()).train(endless, listener)));
        thread.start();
        assertThat(trains.await(60, TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        assertThat(ended.get(30, TimeUnit.SECONDS).outcome().label()).isEqualTo("Failed");
        await(() -> Thread.getAllStackTraces().values().stream()
                .flatMap(Arrays::stream)
                .noneMatch(frame -> frame.getClassName().equals(StepLoop.class.getName())));
        assertThat(train(plans(32, 5).withWorkers(2)).outcome()).isEqualTo(new Outcome.Completed());
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (long end = System.nanoTime() + 30_000_000_000L; !condition.getAsBoolean(); Thread.sleep(20)) {
            assertThat(System.nanoTime()).as("thirty seconds are over").isLessThan(end);
        }
    }

    private static TrainedRun train(RunPlans plans) {
        return new SparkTrainingEngine(spark.session(), data, model.replicas())
                .train(plans.plan(), TrainingListener.NONE);
    }

    private static EvalRecord last(TrainedRun run, String split) {
        return run.evalRows().stream()
                .filter(row -> row.split().equals(split))
                .reduce((a, b) -> b)
                .orElseThrow();
    }

    /** Makes replicas that break at once on one rank: the given one, or any if negative. */
    private record Breaking(int rank) implements ReplicaFactory {
        @Override
        public Replica create(long seed, int microBatch) {
            int own = TaskContext.getPartitionId();
            if (rank < 0 || rank == own) {
                throw new IllegalStateException("the replica broke on rank " + own);
            }
            return new LinearReplica(6, 0);
        }
    }
}
