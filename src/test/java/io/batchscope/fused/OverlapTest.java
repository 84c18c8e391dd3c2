package io.batchscope.fused;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.collective.LocalCollective;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Examples;
import io.batchscope.plan.Measures;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Collective;
import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Program;
import io.batchscope.train.RankData;
import io.batchscope.train.Replica;
import io.batchscope.train.StepLoop;
import io.batchscope.train.TrainedRun;
import io.batchscope.train.TrainingListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs whose gradient is summed in several buckets, on collectives that do so at different times. */
class OverlapTest {
    private static final int EXAMPLES = 61;
    private static final int FEATURES = 72;
    private static final int HIDDEN = 520;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Two buckets: 270,000 parameters of the second and third layer, and 38,000 of the first. */
    private static Program wide() {
        int second = FEATURES * HIDDEN + HIDDEN;
        int third = second + HIDDEN * HIDDEN + HIDDEN;
        ActivationFunction rectifier = ActivationFunction.RECTIFIER;
        return new Program(
                List.of(FEATURES),
                List.of(
                        new Dense(0, FEATURES, HIDDEN, 0, FEATURES * HIDDEN),
                        new Activation(1, rectifier),
                        new Dense(2, HIDDEN, HIDDEN, second, second + HIDDEN * HIDDEN),
                        new Activation(3, rectifier),
                        new Dense(4, HIDDEN, SamplePrograms.CLASSES, third, third + HIDDEN * SamplePrograms.CLASSES)),
                new Program.Loss.SoftmaxCrossEntropy(1e-10f),
                third + HIDDEN * SamplePrograms.CLASSES + SamplePrograms.CLASSES);
    }

    @ParameterizedTest
    @CsvSource({"2, 61", "2, 17", "3, 31", "4, 17", "4, 2"})
    void givesTheSameBitsWheneverSumsAreTaken(int workers, long batchSize) throws Exception {
        RunPlans plans = RunPlans.sgd(Task.CLASSIFICATION, EXAMPLES, batchSize, 8, 0.01)
                .withOptimizer(new OptimizerConfig(OptimizerConfig.Name.NESTEROV, 0.9, 1e-3, 0.9, 0.999, 1e-8));
        RunPlan plan = plans.withWorkers(workers).plan();
        List<List<String>> calls = new ArrayList<>();
        for (int rank = 0; rank < workers; rank++) {
            calls.add(new ArrayList<>());
        }
        float[] atOnce = trained(plan, collective -> new Listed(collective, calls.get(collective.rank())));
        float[] meanwhile = trained(plan, Meanwhile::new);
        float[] alone = trained(plans.plan(), collective -> collective);

        assertThat(meanwhile).isEqualTo(atOnce);
        assertThat(TrainedParameters.relativeDistance(atOnce, alone)).isLessThan(1e-5);
        int last = FEATURES * HIDDEN + HIDDEN;
        int all = wide().parameterCount();
        List<String> update = List.of(last + "-" + all, "0-" + last, all + "-" + (all + 6), "finish");
        assertThat(calls).allSatisfy(rank -> assertThat(rank)
                .isEqualTo(IntStream.range(0, 8)
                        .boxed()
                        .flatMap(step -> update.stream())
                        .toList()));
    }

    /**
     * Where ranks are compared, as here where each has one example, a measured update's sums begin after the backward pass: but
     * bucket by bucket, as others' do. What is summed at once decides in which order the ranks' gradients are added.
     */
    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void givesTheSameBitsWhetherRanksAreComparedOrNot(int workers) throws Exception {
        RunPlans plans =
                RunPlans.sgd(Task.CLASSIFICATION, EXAMPLES, workers, 8, 0.01).withWorkers(workers);
        RunPlan measuring = plans.withMeasures(new Measures(1, 1, 1)).plan();
        TrainedRun measured = run(measuring, collective -> collective);
        TrainedRun plain = run(plans.withMeasures(Measures.NONE).plan(), collective -> collective);

        assertThat(measured.stepRows())
                .hasSize(8)
                .extracting(row -> row.measures().gradientNoise())
                .doesNotContainNull();
        assertThat(plain.stepRows()).extracting(StepRecord::measures).containsOnly(StepMeasures.NONE);
        assertThat(TrainedParameters.of(measured)).isEqualTo(TrainedParameters.of(plain));
    }

    private static float[] trained(RunPlan plan, UnaryOperator<Collective> made) throws Exception {
        return TrainedParameters.of(run(plan, made));
    }

    /** As the first rank tells it; the parameters after training must be the same bits on every rank. */
    private static TrainedRun run(RunPlan plan, UnaryOperator<Collective> made) throws Exception {
        int workers = plan.workers();
        Program program = wide();
        float[] start = SamplePrograms.start(program, true);
        for (int i = 0; i < start.length; i++) {
            start[i] *= 0.1f;
        }
        EpochOrder order = new EpochOrder(plan.trainExamples(), plan.lanes(), plan.seed());
        List<Collective> collectives = LocalCollective.of(workers, TIMEOUT);
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            List<Future<TrainedRun>> ranks = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                int rank = i;
                ranks.add(threads.submit(() -> {
                    ArrayExamples none = new ArrayExamples(List.of(), List.of());
                    try (Replica replica = new FusedReplica(program, start);
                            Collective collective = made.apply(collectives.get(rank))) {
                        RankData data = new RankData(owned(order, rank, workers), none, none);
                        return new StepLoop(plan, data, replica, collective, List.of(), TrainingListener.NONE).run();
                    }
                }));
            }
            TrainedRun first = ranks.get(0).get(60, TimeUnit.SECONDS);
            for (Future<TrainedRun> rank : ranks) {
                assertThat(TrainedParameters.of(rank.get(60, TimeUnit.SECONDS))).isEqualTo(TrainedParameters.of(first));
            }
            return first;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Examples owned(EpochOrder order, int rank, int workers) {
        int[] owned = IntStream.range(0, EXAMPLES)
                .filter(i -> order.ownerOf(i, workers) == rank)
                .toArray();
        SamplePrograms.Noise all = new SamplePrograms.Noise(EXAMPLES, FEATURES);
        return new Examples() {
            @Override
            public int size() {
                return owned.length;
            }

            @Override
            public int featureCount() {
                return FEATURES;
            }

            @Override
            public void copyFeatures(int index, float[] into, int offset) {
                all.copyFeatures(owned[index], into, offset);
            }

            @Override
            public int classOf(int index) {
                return all.classOf(owned[index]);
            }

            @Override
            public float targetOf(int index) {
                return all.targetOf(owned[index]);
            }
        };
    }

    /** Passes everything on. */
    private abstract static class Wrapped implements Collective {
        final Collective collective;

        Wrapped(Collective collective) {
            this.collective = collective;
        }

        @Override
        public int rank() {
            return collective.rank();
        }

        @Override
        public int size() {
            return collective.size();
        }

        @Override
        public void allReduceSum(float[] values, int from, int to) {
            collective.allReduceSum(values, from, to);
        }

        @Override
        public void allReduceSum(double[] values, int from, int to) {
            collective.allReduceSum(values, from, to);
        }

        @Override
        public void allGather(int[] values, int[] starts) {
            collective.allGather(values, starts);
        }

        @Override
        public long sentBytes() {
            return collective.sentBytes();
        }

        @Override
        public void close() {}
    }

    /** Sums at once, and writes down what is begun. */
    private static final class Listed extends Wrapped {
        private final List<String> calls;

        Listed(Collective collective, List<String> calls) {
            super(collective);
            this.calls = calls;
        }

        @Override
        public void begin(float[] values, int from, int to) {
            calls.add(from + "-" + to);
            collective.begin(values, from, to);
        }

        @Override
        public void finish() {
            calls.add("finish");
            collective.finish();
        }
    }

    /** Sums on a thread of its own while the rank goes on. */
    private static final class Meanwhile extends Wrapped {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final List<Future<?>> begun = new ArrayList<>();

        Meanwhile(Collective collective) {
            super(collective);
        }

        @Override
        public void begin(float[] values, int from, int to) {
            begun.add(thread.submit(() -> collective.allReduceSum(values, from, to)));
        }

        @Override
        public void finish() {
            for (Future<?> sum : begun) {
                try {
                    sum.get(60, TimeUnit.SECONDS);
                } catch (InterruptedException | ExecutionException | java.util.concurrent.TimeoutException e) {
                    throw new IllegalStateException(e);
                }
            }
            begun.clear();
        }

        @Override
        public void close() {
            thread.shutdownNow();
        }
    }
}
