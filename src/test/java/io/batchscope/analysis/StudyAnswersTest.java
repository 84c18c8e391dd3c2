package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.batchscope.law.Arrival;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StudyAnswersTest {
    private static final StudyAnswers ANSWERS = of(LawStudy.tables());

    private static StudyAnswers of(StudyTables tables) {
        return StudyAnswers.of(StudySummary.of(tables), tables);
    }

    @Test
    void haveARowOfUpdatesForEachBatchSize() {
        List<GoalRow> rows = ANSWERS.laws().get(0).goal();

        assertThat(rows).extracting(GoalRow::batchSize).containsExactly(16L, 64L, 256L, 1024L, LawStudy.LATE);
        assertThat(rows.get(4).steps()).isNull();
        assertThat(rows.get(4).atLeast()).isEqualTo(LawStudy.LATE_STEPS);
        assertThat(rows).allSatisfy(row -> assertThat(row.stepsByLaw())
                .isCloseTo(LawStudy.steps(row.batchSize()), withinPercentage(5)));
    }

    @Test
    void haveARowOfSecondsForEachBatchSize() {
        List<TimeRow> rows = ANSWERS.laws().get(0).time();

        assertThat(rows).extracting(TimeRow::batchSize).containsExactly(16L, 64L, 256L, 1024L, LawStudy.LATE);
        assertThat(rows).allSatisfy(row -> {
            double seconds = LawStudy.seconds(row.batchSize());
            assertThat(row.workers()).isEqualTo(2);
            assertThat(row.updateSeconds()).isCloseTo(seconds, withinPercentage(0.001));
            assertThat(row.throughput()).isCloseTo(row.batchSize() / seconds, withinPercentage(0.001));
            assertThat(row.updateSecondsByLaw()).isCloseTo(seconds, withinPercentage(1));
            assertThat(row.secondsByLaw()).isCloseTo(LawStudy.steps(row.batchSize()) * seconds, withinPercentage(5));
            assertThat(row.goodput()).isCloseTo(row.throughput() / (1 + row.batchSize() / 1000.), withinPercentage(6));
        });
        assertThat(Objects.requireNonNull(rows.get(0).secondsToTarget()).count())
                .isEqualTo(3);
        assertThat(rows.get(4).secondsToTarget()).isNull();
    }

    @Test
    void haveTheNumbersOfTheLaws() {
        assertThat(ANSWERS.laws().get(0).numbers())
                .extracting(FindingRecord::finding)
                .contains(
                        "critical_batch_size",
                        "minimum_steps",
                        "minimum_examples",
                        "best_batch_size_time",
                        "half_utilisation_batch_size");
        assertThat(ANSWERS.recommendations()).hasSize(5);
        assertThat(ANSWERS.anyArrived()).isTrue();
    }

    @Test
    void haveTheCurvesOverTheBatchSizesTried() {
        LawCurves curves = ANSWERS.curves();

        assertThat(curves.arrivals()).hasSize(15);
        assertThat(curves.arrivals().stream().filter(Arrival::reached)).hasSize(12);
        assertThat(curves.steps()).hasSize(60);
        assertThat(curves.steps().get(0).batchSize()).isEqualTo(16);
        assertThat(curves.steps().get(59).batchSize()).isEqualTo(LawStudy.LATE);
        assertThat(curves.steps())
                .isSortedAccordingTo((one, other) -> Double.compare(one.batchSize(), other.batchSize()));
        assertThat(curves.steps()).allSatisfy(point -> {
            assertThat(point.value()).isBetween(point.low(), point.high());
            assertThat(point.value()).isCloseTo(LawStudy.steps(point.batchSize()), withinPercentage(5));
        });
        LawCurves.OnWorkers on = curves.byWorkers().get(0);
        assertThat(curves.byWorkers()).hasSize(1);
        assertThat(on.workers()).isEqualTo(2);
        assertThat(on.update()).allSatisfy(point -> assertThat(point.value())
                .isCloseTo(LawStudy.seconds(point.batchSize()), withinPercentage(1)));
        assertThat(on.seconds()).allSatisfy(point -> assertThat(point.value())
                .isBetween(point.low(), point.high())
                .isCloseTo(
                        LawStudy.steps(point.batchSize()) * LawStudy.seconds(point.batchSize()), withinPercentage(6)));
        assertThat(on.halfUtilisation()).isCloseTo(200, withinPercentage(3));
        assertThat(on.bestBatchSize()).isCloseTo(Math.sqrt(200_000), withinPercentage(5));
        assertThat(on.flat().contains(on.bestBatchSize())).isTrue();
    }

    @Test
    void areOfEachVariantWithTheReferencesCurves() {
        StudyAnswers answers = of(LawStudy.tables(List.of("synchronous", "gradient-sharing")));

        assertThat(answers.laws()).hasSize(2).allSatisfy(of -> assertThat(of.goal())
                .hasSize(5));
        assertThat(answers.curves().arrivals()).hasSize(15);
    }

    @Test
    void haveUpdateTimesAloneWhereThereIsNoTarget() {
        StudyTables whole = LawStudy.tables();
        StudyTables tables = new StudyTables(
                whole.runs().stream()
                        .filter(run -> run.batchSize() == LawStudy.LATE || run.batchSize() == 16)
                        .filter(run -> run.stepsToTarget() == null)
                        .toList(),
                whole.steps(),
                List.of(),
                List.of());
        StudyAnswers answers = of(tables);

        assertThat(answers.anyArrived()).isFalse();
        assertThat(answers.curves().arrivals()).isEmpty();
        assertThat(answers.curves().steps()).isEmpty();
        assertThat(answers.curves().byWorkers()).isEmpty();
        assertThat(answers.laws().get(0).time()).singleElement().satisfies(row -> {
            assertThat(row.updateSecondsByLaw()).isNull();
            assertThat(row.secondsByLaw()).isNull();
        });
    }

    @Test
    void areNoneWithoutRuns() {
        StudyAnswers answers = of(RunFixture.tables());

        assertThat(answers.recommendations()).isEmpty();
        assertThat(answers.laws()).isEmpty();
        assertThat(answers.curves()).isEqualTo(LawCurves.NONE);
    }
}
