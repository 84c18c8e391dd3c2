package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Synchronization.ParameterAveraging;
import io.batchscope.plan.Task;
import io.batchscope.result.StepRecord;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.QuadraticReplica;
import io.batchscope.testing.RankThreads;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.Shares;
import io.batchscope.testing.SynchronizedPlan;
import io.batchscope.testing.TrainedParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Averaging on quadratics, whose local updates have closed forms. Example i has loss hᵢ/2·(w − xᵢ)². */
class ParameterAveragingTest {
    private static final int EXAMPLES = 96;
    private static final int DIMENSIONS = 3;
    private static final double RATE = 0.25;

    /** One Hessian for all. */
    private static final ArrayExamples EQUAL = withCurvatures(ArrayExamples.linear(EXAMPLES, DIMENSIONS, 1), false);

    /** The larger an example's first feature, the larger its Hessian: local descent goes astray. */
    private static final ArrayExamples UNEQUAL = withCurvatures(ArrayExamples.linear(EXAMPLES, 1, 2), true);

    private static ArrayExamples withCurvatures(ArrayExamples examples, boolean unequal) {
        return new ArrayExamples(
                examples.features(),
                examples.features().stream()
                        .map(x -> unequal ? 1 + 0.9f * x[0] : 0.8f)
                        .toList());
    }

    private static OptimizerConfig optimizer(OptimizerConfig.Name name, double momentum, double decay) {
        return new OptimizerConfig(name, momentum, decay, 0.9, 0.999, 1e-8);
    }

    private static RunPlan averaging(RunPlan plan, long everySteps) {
        return SynchronizedPlan.of(plan, new ParameterAveraging(everySteps, 0));
    }

    private static List<TrainedRun> train(RunPlan plan, ArrayExamples examples) throws Exception {
        return RankThreads.train(plan, examples, rank -> new QuadraticReplica(examples.featureCount()));
    }

    private static List<Double> divergences(TrainedRun run) {
        return run.stepRows().stream()
                .map(StepRecord::replicaDivergence)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Descent on an affine gradient commutes with the mean, whatever the length of a round. */
    @ParameterizedTest
    @CsvSource({
        "SGD, 0, 0, 1",
        "SGD, 0, 0.1, 4",
        "SGD, 0.9, 0, 1",
        "SGD, 0.9, 0.01, 5",
        "NESTEROV, 0.9, 0.01, 4",
        "SGD, 0, 0, 99"
    })
    void equalHessiansMakeRoundsOfAnyLengthExact(
            OptimizerConfig.Name name, double momentum, double decay, long everySteps) throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, EXAMPLES, 24, 30, 0.1)
                .withOptimizer(optimizer(name, momentum, decay))
                .withWorkers(3)
                .plan();
        TrainedRun averaged = train(averaging(plan, everySteps), EQUAL).get(0);
        TrainedRun exact = train(plan, EQUAL).get(0);

        assertThat(TrainedParameters.relativeDistance(TrainedParameters.of(averaged), TrainedParameters.of(exact)))
                .isLessThan(2e-6);
        assertThat(divergences(averaged)).as("ranks see other examples").allSatisfy(divergence -> assertThat(divergence)
                .isGreaterThan(1e-3));
    }

    /** Rank i's part of full-batch descent on {@link #UNEQUAL}: mean loss h/2·(w − c)² + …, weight n/N of the whole. */
    private record Part(double h, double c, double weight) {
        static Part of(RunPlan plan, int rank) {
            List<Integer> share = Shares.of(plan, UNEQUAL, 0, rank);
            double h = share.stream().mapToDouble(UNEQUAL::targetOf).average().orElseThrow();
            double hx = share.stream()
                    .mapToDouble(i -> UNEQUAL.targetOf(i) * UNEQUAL.features().get(i)[0])
                    .average()
                    .orElseThrow();
            return new Part(h, hx / h, (double) share.size() / EXAMPLES);
        }

        static List<Part> of(RunPlan plan) {
            return IntStream.range(0, plan.workers())
                    .mapToObj(rank -> of(plan, rank))
                    .toList();
        }
    }

    /** Full-batch descent: every update has the same shares, 24, 24, 16, 16 and 16 examples of five ranks. */
    private static RunPlan fullBatch(OptimizerConfig optimizer, long steps, long everySteps) {
        return averaging(
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, EXAMPLES, steps, RATE)
                        .withOptimizer(optimizer)
                        .withWorkers(5)
                        .plan(),
                everySteps);
    }

    /** wᵢ = cᵢ + (1 − η·hᵢ)ᴴ·(w − cᵢ), w ← Σ nᵢ/N·wᵢ. */
    @Test
    void unequalHessiansFollowTheClosedForm() throws Exception {
        RunPlan plan = fullBatch(optimizer(OptimizerConfig.Name.SGD, 0, 0), 18, 5);
        List<Part> parts = Part.of(plan);
        double w = 0;
        List<Double> divergences = new ArrayList<>();
        for (int updates : List.of(5, 5, 5, 3)) {
            double start = w;
            List<Double> ends = parts.stream()
                    .map(part -> part.c + Math.pow(1 - RATE * part.h, updates) * (start - part.c))
                    .toList();
            double mean = IntStream.range(0, ends.size())
                    .mapToDouble(i -> parts.get(i).weight * ends.get(i))
                    .sum();
            divergences.add(Math.sqrt(ends.stream()
                    .mapToDouble(end -> Math.pow(end - mean, 2))
                    .average()
                    .orElseThrow()));
            w = mean;
        }
        TrainedRun run = train(plan, UNEQUAL).get(0);

        assertThat((double) TrainedParameters.of(run)[0]).isCloseTo(w, within(1e-6));
        assertThat(divergences(run)).hasSameSizeAs(divergences);
        for (int round = 0; round < divergences.size(); round++) {
            assertThat(divergences(run).get(round)).isCloseTo(divergences.get(round), within(1e-6));
        }
        assertThat(Collections.min(divergences)).isGreaterThan(0.01);
    }

    /** Where rounds settle is not the minimum: Σ pᵢ·(1 − (1 − η·hᵢ)ᴴ)·(w − cᵢ) = 0, not Σ pᵢ·hᵢ·(w − cᵢ) = 0. */
    @Test
    void unequalHessiansLeadAwayFromTheMinimum() throws Exception {
        RunPlan plan = fullBatch(optimizer(OptimizerConfig.Name.SGD, 0, 0), 240, 8);
        double pull = 0;
        double sum = 0;
        for (Part part : Part.of(plan)) {
            double share = part.weight * (1 - Math.pow(1 - RATE * part.h, 8));
            pull += share;
            sum += share * part.c;
        }
        double minimum = Part.of(plan).stream()
                        .mapToDouble(p -> p.weight * p.h * p.c)
                        .sum()
                / Part.of(plan).stream().mapToDouble(p -> p.weight * p.h).sum();

        assertThat((double) TrainedParameters.of(train(plan, UNEQUAL).get(0))[0])
                .isCloseTo(sum / pull, within(1e-6));
        assertThat(Math.abs(sum / pull - minimum)).isGreaterThan(1e-4);
    }

    /** Heavy ball on h/2·(w − c)²: u ← m·u + h·(w − c), w ← w − η·u; both are averaged. */
    @Test
    void momentumIsAveragedToo() throws Exception {
        double momentum = 0.8;
        RunPlan plan = fullBatch(optimizer(OptimizerConfig.Name.SGD, momentum, 0), 15, 5);
        List<Part> parts = Part.of(plan);
        double[] averaged = heavyBall(parts, momentum, true);
        double[] kept = heavyBall(parts, momentum, false);

        double trained = TrainedParameters.of(train(plan, UNEQUAL).get(0))[0];
        assertThat(trained).isCloseTo(averaged[0], within(1e-6));
        assertThat(Math.abs(kept[0] - averaged[0]))
                .as("momenta that ranks keep for themselves lead elsewhere")
                .isGreaterThan(1e-4);
    }

    /** Three rounds of five updates. */
    private static double[] heavyBall(List<Part> parts, double momentum, boolean averageMomentum) {
        double[] w = new double[parts.size()];
        double[] u = new double[parts.size()];
        for (int update = 0; update < 15; update++) {
            for (int i = 0; i < w.length; i++) {
                Part part = parts.get(i);
                u[i] = momentum * u[i] + part.h * (w[i] - part.c);
                w[i] -= RATE * u[i];
            }
            if (update % 5 == 4) {
                average(w, parts);
                if (averageMomentum) {
                    average(u, parts);
                }
            }
        }
        return w;
    }

    private static void average(double[] values, List<Part> parts) {
        double mean = IntStream.range(0, values.length)
                .mapToDouble(i -> parts.get(i).weight * values[i])
                .sum();
        Arrays.fill(values, mean);
    }

    /**
     * Uneven shares, shares without examples, and an epoch's last batch of its own size: local descent by hand, example by
     * example.
     */
    @ParameterizedTest
    @CsvSource({"7, 3, 4", "10, 5, 3", "2, 3, 4", "1, 2, 3", "96, 5, 2", "17, 4, 1"})
    void rankCountsByTheExamplesItHasSeen(long batchSize, int workers, long everySteps) throws Exception {
        RunPlan plan = averaging(
                RunPlans.sgd(Task.REGRESSION, EXAMPLES, batchSize, 50, RATE)
                        .withWorkers(workers)
                        .plan(),
                everySteps);
        double w = 0;
        for (long first = 0; first < 50; first += everySteps) {
            double sum = 0;
            int all = 0;
            for (int rank = 0; rank < workers; rank++) {
                double own = w;
                int seen = 0;
                for (long step = first; step < Math.min(50, first + everySteps); step++) {
                    List<Integer> share = Shares.of(plan, UNEQUAL, step, rank);
                    double at = own;
                    own -= RATE
                            * share.stream()
                                    .mapToDouble(i -> UNEQUAL.targetOf(i)
                                            * (at - UNEQUAL.features().get(i)[0]))
                                    .average()
                                    .orElse(0);
                    seen += share.size();
                }
                sum += seen * own;
                all += seen;
            }
            w = sum / all;
        }
        assertThat((double) TrainedParameters.of(train(plan, UNEQUAL).get(0))[0])
                .isCloseTo(w, within(2e-6));
    }
}
