package io.batchscope.plan;

import static io.batchscope.plan.Studies.ordinary;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RecipeConfig.LearningRateConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.DecayShape;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Piece;
import io.batchscope.plan.RecipeConfig.ScheduleConfig.Shape;
import io.batchscope.plan.RecipeConfig.WarmupConfig;
import io.batchscope.plan.RecipeConfig.WarmupConfig.Rise;
import io.batchscope.scaling.ScalingRule;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Base rate 0.1 at 64, linear rule; 940 updates of 64 or 120 of 512. */
class RatesTest {
    private static Studies study(long batch, String warmup, Rise rise, @Nullable Double from, ScheduleConfig schedule) {
        return ordinary()
                .batches(batch)
                .rate(new LearningRateConfig(
                        0.1,
                        64,
                        ScalingRule.LINEAR,
                        Optional.empty(),
                        new WarmupConfig(Span.parse(warmup), rise, Optional.ofNullable(from)),
                        schedule,
                        List.of()));
    }

    private static RunPlan warm(long batch, Rise rise, @Nullable Double from) {
        return study(batch, "24 steps", rise, from, Studies.shape(Shape.CONSTANT))
                .run();
    }

    private static ScheduleConfig wsd(String decay, DecayShape shape) {
        return new ScheduleConfig(Shape.WSD, 0.01, 1, List.of(), 0.1, Span.parse(decay), shape, List.of());
    }

    private static ScheduleConfig pieces(Piece... pieces) {
        return new ScheduleConfig(
                Shape.PIECES, 0, 1, List.of(), 0.1, Span.parse("20 %"), DecayShape.LINEAR, List.of(pieces));
    }

    private static Optional<Span> until(String span) {
        return Optional.of(Span.parse(span));
    }

    /** Goyal et al. 2017, section 2.2: η + (k − 1)·η·t/T, from η to k·η. */
    @Test
    void warmsUpGradually() {
        LearningRateSchedule schedule = warm(512, Rise.LINEAR, null).schedule();
        for (long t = 0; t <= 24; t++) {
            assertThat(schedule.rateAt(t)).isCloseTo(0.1 + 7 * 0.1 * t / 24, within(1e-15));
        }
        assertThat(schedule.rateAt(24)).isEqualTo(0.8).isEqualTo(schedule.rateAt(119));
    }

    @Test
    void warmsUpAtAConstantLowerRate() {
        LearningRateSchedule schedule = warm(512, Rise.CONSTANT, null).schedule();
        assertThat(List.of(schedule.rateAt(0), schedule.rateAt(23), schedule.rateAt(24)))
                .containsExactly(0.1, 0.1, 0.8);
    }

    /** From 0.1 to 0.8 are three doublings, each in 8 updates. */
    @Test
    void warmsUpByAConstantFactor() {
        LearningRateSchedule schedule = warm(512, Rise.EXPONENTIAL, null).schedule();
        for (int doublings = 0; doublings <= 3; doublings++) {
            assertThat(schedule.rateAt(8L * doublings)).isCloseTo(0.1 * (1 << doublings), within(1e-15));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // batch size, first rate as a share, rate at 0, at 12, at 24
        "512, 0, 0, 0.4, 0.8",
        "512, 0.5, 0.4, 0.6, 0.8",
        "64, 0, 0, 0.05, 0.1",
        "8, 0.2, 0.0025, 0.0075, 0.0125"
    })
    void warmsUpFromAShareOfTheScaledRateAtEveryBatchSize(
            long batch, double from, double first, double middle, double last) {
        RunPlan run = warm(batch, Rise.LINEAR, from);
        assertThat(run.warmupSteps()).isEqualTo(24);
        assertThat(run.schedule().rateAt(0)).isCloseTo(first, within(1e-15));
        assertThat(run.schedule().rateAt(12)).isCloseTo(middle, within(1e-15));
        assertThat(run.schedule().rateAt(24)).isCloseTo(last, within(1e-15));
    }

    @Test
    void needsNoWarmupFromTheFullRate() {
        assertThat(warm(512, Rise.LINEAR, 1.0).warmupSteps()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // shape, rate a quarter, half and three quarters through the decay of 188 updates, from 0.1 to 0.001
        "LINEAR, 0.07525, 0.0505, 0.02575",
        "COSINE, 0.0855017856687341, 0.0505, 0.0154982143312659",
        "EXPONENTIAL, 0.0316227766016838, 0.01, 0.00316227766016838",
        "ONE_MINUS_SQRT, 0.0505, 0.0299964286625318, 0.0142634850253406"
    })
    void staysAndThenDecays(DecayShape shape, double quarter, double half, double threeQuarters) {
        RunPlan run =
                study(64, "0 steps", Rise.LINEAR, null, wsd("20 %", shape)).run();
        LearningRateSchedule schedule = run.schedule();
        assertThat(run.plannedSteps()).isEqualTo(940);
        assertThat(List.of(schedule.rateAt(0), schedule.rateAt(751), schedule.rateAt(752)))
                .containsOnly(0.1);
        assertThat(schedule.rateAt(753)).isLessThan(0.1);
        assertThat(schedule.rateAt(799)).isCloseTo(quarter, within(1e-14));
        assertThat(schedule.rateAt(846)).isCloseTo(half, within(1e-14));
        assertThat(schedule.rateAt(893)).isCloseTo(threeQuarters, within(1e-14));
        assertThat(schedule.rateAt(939)).isGreaterThan(0.001);
        assertThat(schedule.rateAt(940)).isCloseTo(0.001, within(1e-15)).isEqualTo(schedule.rateAt(10_000));
    }

    @Test
    void refusesADecayLongerThanWhatWarmupLeaves() {
        assertThat(Problems.of(study(512, "60 steps", Rise.LINEAR, null, wsd("6 epochs", DecayShape.LINEAR))))
                .containsExactly("decay of 6 epochs (study.learning-rate.decay): must fit between the end of warmup and"
                        + " the end of the run, but at batch size 512 it takes 72 of 120 updates after 60 of warmup;"
                        + " shorten it");
    }

    @Test
    void decaysAllTheWayWhereNothingIsLeftToStay() {
        RunPlan run = study(512, "60 steps", Rise.LINEAR, null, wsd("50 %", DecayShape.LINEAR))
                .run();
        assertThat(run.schedule().rateAt(60)).isEqualTo(0.8);
        assertThat(run.schedule().rateAt(90)).isCloseTo((0.8 + 0.008) / 2, within(1e-15));
    }

    @Test
    void joinsPiecesOfOnesOwnInPlaceOfWarmup() {
        RunPlan run = study(
                        512,
                        "5 epochs",
                        Rise.LINEAR,
                        null,
                        pieces(
                                new Piece(until("10 %"), DecayShape.LINEAR, 0, 1.5),
                                new Piece(until("5 epochs"), DecayShape.LINEAR, 1.5, 1.5),
                                new Piece(until("90 steps"), DecayShape.EXPONENTIAL, 1, 0.01),
                                new Piece(Optional.empty(), DecayShape.COSINE, 0.01, 0)))
                .run();
        LearningRateSchedule schedule = run.schedule();

        assertThat(run.warmupSteps()).isZero();
        assertThat(schedule.rateAt(0)).isZero();
        assertThat(schedule.rateAt(6)).isCloseTo(0.6, within(1e-15));
        assertThat(schedule.rateAt(12)).isCloseTo(1.2, within(1e-15));
        assertThat(schedule.rateAt(59)).isCloseTo(1.2, within(1e-15));
        assertThat(schedule.rateAt(60)).isCloseTo(0.8, within(1e-15));
        assertThat(schedule.rateAt(75)).isCloseTo(0.08, within(1e-15));
        assertThat(schedule.rateAt(90)).isCloseTo(0.008, within(1e-15));
        assertThat(schedule.rateAt(105)).isCloseTo(0.004, within(1e-15));
        assertThat(schedule.rateAt(120)).isZero();
    }

    @Test
    void refusesPiecesThatDoNotAscendWithinTheRun() {
        assertThat(Problems.of(study(
                        512,
                        "0 steps",
                        Rise.LINEAR,
                        null,
                        pieces(
                                new Piece(until("10 epochs"), DecayShape.LINEAR, 1, 1),
                                new Piece(Optional.empty(), DecayShape.LINEAR, 1, 0)))))
                .singleElement()
                .asString()
                .startsWith("milestones 10 epochs (study.learning-rate.pieces): must ascend between");
    }
}
