package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.analysis.Recommendation.Choice;
import io.batchscope.analysis.Recommendation.Confidence;
import io.batchscope.analysis.Recommendation.Purpose;
import io.batchscope.law.GoalTime;
import io.batchscope.law.TradeOff;
import io.batchscope.law.UpdateTime;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RecommendationsTest {
    /** Fastest at √(500 · 2000) = 1000, on one worker. */
    private static final GoalTime LAW = new GoalTime(new TradeOff(500, 1e6), new UpdateTime(1e-3, 2e-6), 1);

    private static Recommendation find(StudyTables tables, Purpose purpose) {
        return Recommendations.of(tables).stream()
                .filter(row -> row.purpose() == purpose)
                .findFirst()
                .orElseThrow();
    }

    private static Choice choice(Recommendation recommendation) {
        return Objects.requireNonNull(recommendation.choice(), recommendation.detail());
    }

    private static StudyTables toTarget(int seeds) {
        GoalRows rows = new GoalRows();
        for (long batch : new long[] {16, 64, 256, 1024, 8192}) {
            rows.by(LAW, batch, seeds, 1);
        }
        return rows.tables();
    }

    @Test
    void theFastestReachesTheTargetSoonest() {
        Recommendation fastest = find(toTarget(3), Purpose.FASTEST);

        assertThat(choice(fastest).batchSize()).isEqualTo(1024);
        assertThat(choice(fastest).peakLearningRate()).isEqualTo(0.1);
        assertThat(choice(fastest).workers()).isEqualTo(1);
        assertThat(fastest.detail())
                .startsWith("Batch 1,024 at peak rate 0.1 without warmup on 1 worker reaches the target soonest, in ")
                .contains("; the laws expect at most 10 % above the fewest seconds from batch ")
                .doesNotContain("train at ");
        assertThat(choice(find(toTarget(3), Purpose.OVERALL)).batchSize()).isEqualTo(1024);
        assertThat(find(toTarget(3), Purpose.OVERALL).detail()).contains("where all runs were stopped");
    }

    @Test
    void largestThatCostsNothingScalesPerfectly() {
        Recommendation largest = find(toTarget(3), Purpose.LARGEST);

        // A fifth of the critical batch size is 400.
        assertThat(choice(largest).batchSize()).isEqualTo(256);
        assertThat(largest.detail())
                .contains(
                        "all its runs reached the target, and by the law of its updates it takes at most 20 % more examples");
    }

    @Test
    void runsThatWereStoppedSayNothingOfGeneralization() {
        Recommendation best = find(toTarget(3), Purpose.GENERALIZATION);

        assertThat(best.choice()).isNull();
        assertThat(best.detail()).contains("runs were stopped at the target", "target.stop = false");
    }

    @Test
    void oneSeedIsOfLowConfidence() {
        Recommendation fastest = find(toTarget(1), Purpose.FASTEST);

        assertThat(choice(fastest).confidence()).isEqualTo(Confidence.LOW);
        assertThat(fastest.detail()).contains("confidence low: a single run shows nothing", "3 seeds or more would");
    }

    /** Where the fastest batch size was not trained, it is named. */
    @Test
    void theRunThatWouldDecideIsNamed() {
        GoalRows rows = new GoalRows();
        for (long batch : new long[] {8, 16, 32}) {
            rows.by(LAW, batch, 3, 1);
        }
        assertThat(find(rows.tables(), Purpose.FASTEST).detail())
                .contains("still fall at batch 32, so larger ones may be faster: train at 128 too");
    }

    private static StudyTables withoutTarget(double... accuracies) {
        RunFixture[] runs = new RunFixture[3 * accuracies.length];
        for (int i = 0; i < accuracies.length; i++) {
            for (int seed = 0; seed < 3; seed++) {
                runs[3 * i + seed] = RunFixture.run(16L << i, seed)
                        .with("validationAccuracy", accuracies[i] + 0.001 * seed)
                        .with("trainSeconds", 10.0 / (1 + i) + 0.01 * seed)
                        .with("warmupSteps", 60L);
            }
        }
        return RunFixture.tables(runs);
    }

    @Test
    void withoutATargetTheSoonestThatLosesNothing() {
        StudyTables tables = withoutTarget(0.90, 0.90, 0.90, 0.85);
        Recommendation overall = find(tables, Purpose.OVERALL);

        assertThat(choice(overall).batchSize()).isEqualTo(64);
        assertThat(choice(overall).warmupSteps()).isEqualTo(60);
        assertThat(choice(overall).confidence()).isEqualTo(Confidence.HIGH);
        assertThat(overall.detail())
                .contains(
                        "with 60 updates of warmup",
                        "trains to its end soonest of those whose validation accuracy is not shown to be below the best",
                        "--set target.metric=validation-accuracy --set target.value=0.89, above which 9 of 12 runs ended");
        assertThat(find(tables, Purpose.FASTEST).choice()).isNull();
        assertThat(choice(find(tables, Purpose.GENERALIZATION)).batchSize()).isLessThan(128);
        assertThat(choice(find(tables, Purpose.LARGEST)).batchSize()).isEqualTo(64);
    }

    /** A batch size that saw more examples did not cost nothing. */
    @Test
    void moreExamplesAreNotFree() {
        StudyTables same = withoutTarget(0.90, 0.90);
        StudyTables tables = new StudyTables(
                same.runs().stream()
                        .map(run -> run.batchSize() == 16
                                ? run
                                : RunFixture.run(32, run.seed())
                                        .with("validationAccuracy", run.validationAccuracy())
                                        .with("trainSeconds", run.trainSeconds())
                                        .with("examples", 13_000L)
                                        .toRecord())
                        .toList(),
                List.of(),
                List.of(),
                List.of());

        assertThat(choice(find(tables, Purpose.LARGEST)).batchSize()).isEqualTo(16);
    }

    @Test
    void findingsCarryWhatGoesWithTheBatchSize() {
        List<FindingRecord> findings = Findings.of(withoutTarget(0.90, 0.90, 0.90, 0.85));

        assertThat(findings.get(0).finding()).isEqualTo("recommended_batch_size");
        assertThat(findings.get(0).value()).isEqualTo(64);
        assertThat(findings.get(1).finding()).isEqualTo("recommended_learning_rate");
        assertThat(findings.get(1).value()).isEqualTo(0.1);
        assertThat(findings.get(1).batchSize()).isEqualTo(64);
        assertThat(findings.get(2).finding()).isEqualTo("recommended_warmup_steps");
        assertThat(findings.get(2).value()).isEqualTo(60);
        assertThat(findings.get(3).finding()).isEqualTo("recommended_workers");
        assertThat(findings.stream().filter(row -> row.finding().equals("recommended_batch_size_fastest")))
                .singleElement()
                .satisfies(row -> assertThat(row.value()).isNull());
    }

    /** The runs went on after the target: what counts is what they took to it. */
    @Test
    void whatIsFreeIsJudgedByTheWayToTheTarget() {
        RunFixture[] runs = new RunFixture[6];
        for (int seed = 0; seed < 3; seed++) {
            for (int i = 0; i < 2; i++) {
                long batch = i == 0 ? 64 : 1024;
                runs[3 * i + seed] = RunFixture.run(batch, seed)
                        .with("validationAccuracy", 0.9 + 0.001 * seed)
                        .with("stepsToTarget", i == 0 ? 20L : 8L)
                        .with("examplesToTarget", i == 0 ? 1280L : 8192L)
                        .with("secondsToTarget", 1.0 + i + 0.1 * seed);
            }
        }
        Recommendation largest = find(RunFixture.tables(runs), Purpose.LARGEST);

        assertThat(choice(largest).batchSize()).isEqualTo(64);
        assertThat(largest.detail())
                .contains("it took at most 20 % more examples to the target than the fewest")
                .doesNotContain("did every run");
    }

    @Test
    void runsThatWereCutAreNotCalledQuick() {
        StudyTables tables = withoutTarget(0.90, 0.90, 0.90);
        StudyTables cut = new StudyTables(
                tables.runs().stream()
                        .map(run -> RunFixture.run(run.batchSize(), run.seed())
                                .with("validationAccuracy", run.validationAccuracy())
                                .with("trainSeconds", run.trainSeconds())
                                .with("outcome", "BudgetExhausted")
                                .toRecord())
                        .toList(),
                List.of(),
                List.of(),
                List.of());

        assertThat(find(cut, Purpose.OVERALL).detail()).contains("has the best validation accuracy");
    }

    @Test
    void whereRunsDivergedEverywhereThatIsTheReason() {
        StudyTables tables = RunFixture.tables(
                RunFixture.run(16, 1).diverged(), RunFixture.run(64, 1).diverged());

        assertThat(Recommendations.of(tables))
                .allSatisfy(row -> assertThat(row.choice()).isNull());
        assertThat(find(tables, Purpose.LARGEST).detail())
                .isEqualTo(
                        "How large a batch costs nothing is not known: at no batch size did every run end regularly.");
    }

    /** AdaScale's peak rate is measured; what can be asked for is the rate of the base batch. */
    @Test
    void theRateToAskForIsNotAMeasuredOne() {
        StudyTables tables = RunFixture.tables(RunFixture.run(16, 1)
                .with("scalingRule", "adascale")
                .with("baseLearningRate", 0.05)
                .with("peakLearningRate", 0.37)
                .with("learningRateFactor", 2.0)
                .with("validationAccuracy", 0.9));

        Recommendation best = find(tables, Purpose.GENERALIZATION);
        assertThat(choice(best).peakLearningRate()).isEqualTo(0.1);
        assertThat(best.detail()).startsWith("Batch 16 at the base batch's rate 0.1 times AdaScale's gain");
    }

    @Test
    void aStudyWithoutRunsRecommendsNothing() {
        assertThat(Recommendations.of(RunFixture.tables())).isEmpty();
    }
}
