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
                        "all runs reached the target, and by the law of its updates it takes at most 20 % more examples");
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
        assertThat(fastest.detail()).contains("confidence low: single runs show nothing", "3 seeds or more would");
    }

    /** Where the fastest batch size was not trained, it is named. */
    @Test
    void theRunThatWouldDecideIsNamed() {
        GoalRows rows = new GoalRows();
        for (long batch : new long[] {8, 16, 32}) {
            rows.by(LAW, batch, 3, 1);
        }
        assertThat(find(rows.tables(), Purpose.FASTEST).detail()).contains("beyond those tried, so train at ");
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
                        "--set target.value=0.84, which every batch size passed");
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

    @Test
    void aStudyWithoutRunsRecommendsNothing() {
        assertThat(Recommendations.of(RunFixture.tables())).isEmpty();
    }
}
