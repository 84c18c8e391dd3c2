package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.Outcome;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.LocalSpark;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.CollectiveException;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that fail in the middle, on real local tasks and barrier stages. */
@Timeout(120)
class RestartTest {
    private static final int FEATURES = 6;
    private static final int BREAKS_AT = 60;

    @RegisterExtension
    static final LocalSpark spark = new LocalSpark();

    @TempDir
    static Path directory;

    private static DataLocation data;

    @TempDir
    Path output;

    private final List<String> heard = new ArrayList<>();

    @BeforeAll
    static void prepare() {
        SourceConfig source = new SourceConfig(
                "synthetic",
                List.of(),
                List.of(),
                Optional.empty(),
                Task.REGRESSION,
                0.1,
                0.1,
                4,
                1,
                Optional.of(new SyntheticConfig(400, FEATURES, 2, 0.5)));
        String path = directory.resolve("data").toString();
        DataPreparer.prepare(spark.session(), PreparationRequest.of(source, "test"), path);
        data = DataLocation.open(spark.session().sparkContext().hadoopConfiguration(), path);
    }

    private static RunPlan plan(int workers, int retries) {
        RunPlans plans = RunPlans.sgd(Task.REGRESSION, data.manifest().facts().trainExamples(), 12, 100, 0.02)
                .withOptimizer(new OptimizerConfig(OptimizerConfig.Name.ADAM, 0, 1e-3, 0.9, 0.99, 1e-8))
                .withWorkers(workers);
        return CheckpointedPlan.of(plans.plan(), 5, retries);
    }

    private TrainedRun train(RunPlan plan, ReplicaFactory replicas) {
        return new SparkTrainingEngine(spark.session(), data, replicas, checkpoints())
                .train(plan, new TrainingListener() {
                    @Override
                    public void onContinued(long update) {
                        heard.add("continued" + (update > 0 ? "" : " at nothing"));
                    }

                    @Override
                    public void onRestart(String cause, long update, int attempt, int attempts) {
                        heard.add("restart " + attempt + "/" + attempts + (update > 0 ? "" : " at nothing") + ": "
                                + cause);
                    }
                });
    }

    private HadoopCheckpoints checkpoints() {
        return HadoopCheckpoints.of(spark.session(), output.toString());
    }

    private static TrainedRun undisturbed(int workers) {
        return new SparkTrainingEngine(spark.session(), data, new Frail("never", 0, 0, true))
                .train(plan(workers, 0), TrainingListener.NONE);
    }

    private static void assertSame(TrainedRun run, TrainedRun whole) {
        assertThat(run.outcome()).isEqualTo(new Outcome.Completed());
        assertThat(TrainedParameters.of(run)).isEqualTo(TrainedParameters.of(whole));
        assertThat(run.stepRows())
                .extracting(StepRecord::step, StepRecord::loss)
                .isEqualTo(whole.stepRows().stream()
                        .map(row -> org.assertj.core.groups.Tuple.tuple(row.step(), row.loss()))
                        .toList());
        assertThat(run.evalRows())
                .extracting(EvalRecord::step, EvalRecord::split, EvalRecord::loss)
                .isEqualTo(whole.evalRows().stream()
                        .map(row -> org.assertj.core.groups.Tuple.tuple(row.step(), row.split(), row.loss()))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aRunThatLostAWorkerGoesOnFromItsCheckpoint(int workers) {
        TrainedRun run = train(plan(workers, 1), new Frail("once" + workers, workers - 1, 1, true));
        assertSame(run, undisturbed(workers));
        assertThat(heard).singleElement().asString().startsWith("restart 2/2: rank " + (workers - 1) + " on ");
        assertThat(heard.get(0)).contains("the wire was cut");
        checkpoints().delete(List.of(plan(workers, 1)));
        assertThat(output.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void withoutRetriesItFailsAndTheNextCommandGoesOn() {
        TrainedRun run = train(plan(2, 0), new Frail("alone", 1, 1, true));
        assertThat(run.outcome()).isInstanceOf(Outcome.Failed.class);
        assertThat(run.outcome().detail()).startsWith("rank 1 on ").endsWith("the wire was cut");
        assertThat(heard).isEmpty();
        assertSame(train(plan(2, 0), new Frail("alone", 1, 1, true)), undisturbed(2));
        assertThat(heard).containsExactly("continued");
    }

    @Test
    void whenRetriesAreUsedUpTheCheckpointsStay() {
        TrainedRun run = train(plan(2, 2), new Frail("always", 0, 3, true));
        assertThat(run.outcome().detail()).endsWith("the wire was cut; gave up after attempt 3 of 3");
        assertThat(heard).hasSize(2);
        assertThat(checkpoints().lastUpdate(plan(2, 2))).isPositive();
    }

    @Test
    void whatWouldOnlyFailAgainIsNotTriedAgain() {
        TrainedRun run = train(plan(2, 2), new Frail("bad", 1, 3, false));
        assertThat(run.outcome().detail()).contains("rank 1 on ", "the data are bad");
        assertThat(heard).isEmpty();
        assertThat(Frail.LEFT.get("bad")).hasValue(2);
    }

    /** The other ranks say in their results that they failed; Spark takes that for success and would wait for ever. */
    @Test
    void aRankThatHangsIsGivenUpAndTheRunGoesOn() {
        RunPlan patient = plan(2, 1);
        RunPlan plan = CheckpointedPlan.of(patient, patient.checkpoints(), 1, 2);
        assertSame(train(plan, new Stuck(new Frail("stuck", 1, 1, true))), undisturbed(2));
        assertThat(heard).singleElement().asString().startsWith("restart 2/2: rank 1 on ");
        assertThat(heard.get(0)).endsWith(" still ran 4.0 s after another rank had ended");
    }

    /** Makes replicas that hang where others would fail. */
    private record Stuck(Frail frail) implements ReplicaFactory {
        @Override
        public Replica create(long seed, int microBatch) {
            return new ForwardingReplica(frail.create(seed, microBatch)) {
                @Override
                public double gradient(Batch batch, float weight, boolean add, float[] into) {
                    try {
                        return super.gradient(batch, weight, add, into);
                    } catch (CollectiveException e) {
                        return hang();
                    }
                }
            };
        }

        private static double hang() {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("stopped");
        }
    }

    /** Makes replicas of which the one of a rank fails at some micro-batch, a number of times. */
    private record Frail(String name, int rank, int failures, boolean lost) implements ReplicaFactory {
        static final Map<String, AtomicInteger> LEFT = new ConcurrentHashMap<>();

        @Override
        public Replica create(long seed, int microBatch) {
            boolean breaks = TaskContext.getPartitionId() == rank;
            AtomicInteger left = LEFT.computeIfAbsent(name, fresh -> new AtomicInteger(failures));
            return new Breaking(new LinearReplica(FEATURES, 0), breaks ? left : new AtomicInteger(), lost);
        }
    }

    private static final class Breaking implements Replica {
        private final Replica replica;
        private final AtomicInteger left;
        private final boolean lost;
        private int calls;

        Breaking(Replica replica, AtomicInteger left, boolean lost) {
            this.replica = replica;
            this.left = left;
            this.lost = lost;
        }

        @Override
        public int parameterCount() {
            return replica.parameterCount();
        }

        @Override
        public void readParameters(float[] into) {
            replica.readParameters(into);
        }

        @Override
        public void writeParameters(float[] values) {
            replica.writeParameters(values);
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            if (++calls == BREAKS_AT && left.get() > 0) {
                left.decrementAndGet();
                throw lost
                        ? new CollectiveException("the wire was cut")
                        : new IllegalStateException("the data are bad");
            }
            return replica.gradient(batch, weight, add, into);
        }

        @Override
        public Score score(Batch batch) {
            return replica.score(batch);
        }

        @Override
        public void outputs(Batch batch, float[] into) {
            replica.outputs(batch, into);
        }

        @Override
        public void close() {
            replica.close();
        }
    }
}
