package io.batchscope.train;

import static io.batchscope.train.ContractRuns.LAMB;
import static io.batchscope.train.ContractRuns.LARS;
import static io.batchscope.train.ContractRuns.NESTEROV;
import static io.batchscope.train.ContractRuns.RULES;
import static io.batchscope.train.ContractRuns.SGD;
import static io.batchscope.train.ContractRuns.STEPS;
import static io.batchscope.train.ContractRuns.TRAIN;
import static io.batchscope.train.ContractRuns.plans;
import static io.batchscope.train.ContractRuns.rows;
import static io.batchscope.train.ContractRuns.train;
import static io.batchscope.train.ContractRuns.watching;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.schedule.LearningRateSchedule.Cosine;
import io.batchscope.testing.CheckpointedPlan;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.TrainedParameters;
import io.batchscope.train.CheckpointedRanks.Killed;
import io.batchscope.train.ContractRuns.Slope;
import io.batchscope.train.ContractRuns.Watching;
import io.batchscope.train.ContractTable.Property;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which runs give the same, to the bit or to rounding: with each mode as {@link ContractMode} says. */
interface SameResultsContract {
    double ROUNDING = 1e-5;
    double DIFFERENCE = 1e-4;

    @ParameterizedTest
    @MethodSource("modes")
    default void ranksHoldTheSameBitsAtEveryAgreement(ContractMode mode) throws Exception {
        for (OptimizerConfig optimizer : RULES) {
            for (int workers : List.of(2, 3)) {
                RunPlan plan = mode.plan(plans(optimizer, workers).withEvaluateEvery(1));
                List<Watching> ranks = watching(workers);
                List<TrainedRun> runs = train(plan, ranks);

                assertThat(ranks.get(0).evaluated)
                        .hasSize(1 + mode.agreements(plan).size());
                for (int rank = 1; rank < workers; rank++) {
                    assertThat(ranks.get(rank).evaluated).isEqualTo(ranks.get(0).evaluated);
                    assertThat(TrainedParameters.of(runs.get(rank))).isEqualTo(TrainedParameters.of(runs.get(0)));
                }
            }
        }
        SynchronizationContractTest.TABLE.yes(mode, Property.BITS);
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void theSamePlanGivesTheSameRowsAndBits(ContractMode mode) throws Exception {
        for (OptimizerConfig optimizer : RULES) {
            for (int workers : List.of(1, 3)) {
                RunPlan plan = mode.plan(plans(optimizer, workers));
                TrainedRun first = train(plan).get(0);
                TrainedRun second = train(plan).get(0);

                assertThat(TrainedParameters.of(second)).isEqualTo(TrainedParameters.of(first));
                assertThat(rows(second)).isEqualTo(rows(first)).hasSize(STEPS + 5);
            }
        }
        SynchronizationContractTest.TABLE.yes(mode, Property.REPEATS);
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void aRunThatWasKilledGoesOnFromItsLastAgreement(ContractMode mode) throws Exception {
        for (OptimizerConfig optimizer : RULES) {
            assertGoesOn(mode, CheckpointedPlan.of(mode.plan(plans(optimizer, 3)), 1, 0));
        }
        SynchronizationContractTest.TABLE.yes(mode, Property.RESUMES);
    }

    private static void assertGoesOn(ContractMode mode, RunPlan plan) throws Exception {
        CheckpointedRanks ranks = new CheckpointedRanks(ContractRuns::linear, ContractRuns.VALIDATION);
        List<TrainedRun> whole = ranks.train(plan, CheckpointStore.NONE, TrainingListener.NONE);
        for (long fatal : mode.agreements(plan)) {
            MemoryCheckpoints store = new MemoryCheckpoints();
            assertThatThrownBy(() -> ranks.train(plan, store, killing(fatal))).hasRootCauseInstanceOf(Killed.class);
            assertThat(store.files.keySet())
                    .containsExactlyElementsOf(mode.agreements(plan).stream()
                            .filter(step -> step < fatal)
                            .toList());
            List<TrainedRun> resumed = ranks.train(plan, store, TrainingListener.NONE);
            for (int rank = 0; rank < whole.size(); rank++) {
                assertThat(TrainedParameters.of(resumed.get(rank))).isEqualTo(TrainedParameters.of(whole.get(rank)));
            }
            assertThat(rows(resumed.get(0))).isEqualTo(rows(whole.get(0)));
            assertThat(resumed.get(0).bytesSent()).isEqualTo(whole.get(0).bytesSent());
        }
    }

    private static TrainingListener killing(long fatal) {
        return new TrainingListener() {
            @Override
            public void onProgress(long stepsDone) {
                if (stepsDone == fatal) {
                    throw new Killed();
                }
            }
        };
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void oneWorkerGivesWhatTheExactModeGives(ContractMode mode) throws Exception {
        for (OptimizerConfig optimizer : RULES) {
            RunPlans plans = plans(optimizer, 1);
            compare(mode, Property.ALONE, mode.differsAlone(), mode.plan(plans), ContractMode.exact(plans));
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void workersTogetherGiveWhatOneExactWorkerGives(ContractMode mode) throws Exception {
        for (int workers : List.of(2, 3)) {
            for (OptimizerConfig linear : List.of(SGD, NESTEROV)) {
                RunPlans plans = plans(linear, workers);
                compare(
                        mode,
                        Property.TOGETHER,
                        mode.differsTogether(),
                        mode.plan(plans),
                        ContractMode.exact(plans.withWorkers(1)));
            }
        }
    }

    /** A norm is not linear in the gradient: the mean of what ranks do on their own is not what they do together. */
    @ParameterizedTest
    @MethodSource("modes")
    default void rulesThatTakeNormsGiveWhatOneWorkerGivesWhereAllFollowTheBatch(ContractMode mode) throws Exception {
        @Nullable String why = mode.followsTheBatch() ? null : "ranks do not follow the batch's gradient as it is";
        double largest = 0;
        for (int workers : List.of(2, 3)) {
            for (OptimizerConfig optimizer : List.of(LARS, LAMB)) {
                RunPlans plans = plans(optimizer, workers);
                largest = Math.max(largest, distance(mode.plan(plans), ContractMode.exact(plans.withWorkers(1))));
            }
        }
        judge(mode, Property.NORMS, why, largest);
    }

    private static void compare(ContractMode mode, Property property, @Nullable String why, RunPlan plan, RunPlan exact)
            throws Exception {
        judge(mode, property, why, distance(plan, exact));
    }

    private static double distance(RunPlan plan, RunPlan exact) throws Exception {
        return TrainedParameters.relativeDistance(
                TrainedParameters.of(train(plan).get(0)),
                TrainedParameters.of(train(exact).get(0)));
    }

    private static void judge(ContractMode mode, Property property, @Nullable String why, double distance) {
        if (why == null) {
            assertThat(distance).isLessThan(ROUNDING);
            SynchronizationContractTest.TABLE.yes(mode, property, distance);
        } else {
            assertThat(distance).as(why).isGreaterThan(DIFFERENCE);
            SynchronizationContractTest.TABLE.not(mode, property, why, distance);
        }
    }

    @ParameterizedTest
    @MethodSource("modes")
    default void everyEpochVisitsEveryExampleOnceInTheExactModesShares(ContractMode mode) throws Exception {
        for (int workers : List.of(1, 2, 3)) {
            RunPlans plans = plans(17, 7, 0.02).withWorkers(workers);
            List<Watching> ranks = watching(workers);
            List<Watching> exact = watching(workers);
            train(mode.plan(plans), ranks);
            train(ContractMode.exact(plans), exact);

            assertThat(ranks)
                    .extracting(rank -> rank.trained)
                    .isEqualTo(exact.stream().map(rank -> rank.trained).toList());
            assertThat(ranks.stream().flatMap(rank -> rank.trained.stream()))
                    .containsExactlyInAnyOrderElementsOf(
                            TRAIN.features().stream().map(ContractRuns::floats).toList());
        }
        SynchronizationContractTest.TABLE.yes(mode, Property.DATA);
    }

    /**
     * Where gradients are all the same, plain descent is the sum of the rates. Batches of 20 and, last in an epoch, 3 leave
     * no rank without a share: one that has none stands still.
     */
    @ParameterizedTest
    @MethodSource("modes")
    default void everyUpdateHasItsRateToTheLastOne(ContractMode mode) throws Exception {
        Cosine schedule = new Cosine(0.1, 0, STEPS);
        RunPlan plan = mode.plan(plans(20, STEPS, 0.1).withWorkers(3).withSchedule(schedule));
        TrainedRun run =
                train(plan, Stream.generate(Slope::new).limit(3).toList()).get(0);

        assertThat(run.stepRows()).hasSize(STEPS).allSatisfy(row -> assertThat(row.learningRate())
                .isEqualTo(schedule.rateAt(row.step() - 1)));
        if (mode.differsAlone() == null) {
            double sum =
                    LongStream.range(0, STEPS).mapToDouble(schedule::rateAt).sum();
            assertThat((double) TrainedParameters.of(run)[0]).isCloseTo(-sum, within(1e-5));
            SynchronizationContractTest.TABLE.yes(mode, Property.RATES);
        } else {
            SynchronizationContractTest.TABLE.put(mode, Property.RATES, "yes, as its rows say");
        }
    }
}
