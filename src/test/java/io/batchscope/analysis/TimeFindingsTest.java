package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.law.GoalTime;
import io.batchscope.law.TradeOff;
import io.batchscope.law.UpdateTime;
import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class TimeFindingsTest {
    private static final TradeOff GOAL = new TradeOff(500, 1e6);

    /** Half utilisation at batch 500 (1 ms, 2 µs), so the best batch size is √(500 · 2000) = 1000. */
    private static final GoalTime ONE = new GoalTime(GOAL, new UpdateTime(1e-3, 2e-6), 1);

    private static StudyTables study(GoalTime law, long... batches) {
        GoalRows rows = new GoalRows();
        LongStream.of(batches).forEach(batch -> rows.by(law, batch, 3, 1));
        return rows.tables();
    }

    private static FindingRecord find(StudyTables tables, String finding) {
        List<FindingRecord> found = Findings.of(tables).stream()
                .filter(row -> row.finding().equals(finding))
                .toList();
        assertThat(found).as(finding).hasSize(1);
        return found.get(0);
    }

    @Test
    void theBestBatchSizeIsFoundAgain() {
        StudyTables tables = study(ONE, 16, 64, 256, 512);
        FindingRecord half = find(tables, "half_utilisation_batch_size");
        FindingRecord best = find(tables, "best_batch_size_time");

        assertThat(half.value()).isCloseTo(500, Percentage.withPercentage(10));
        assertThat(500.).isBetween(Objects.requireNonNull(half.low()), Objects.requireNonNull(half.high()));
        assertThat(find(tables, "update_fixed_seconds").value()).isCloseTo(1e-3, Percentage.withPercentage(5));
        assertThat(find(tables, "update_seconds_per_example").value()).isCloseTo(2e-6, Percentage.withPercentage(5));
        assertThat(best.value()).isCloseTo(1000, Percentage.withPercentage(20));
        assertThat(1000.).isBetween(Objects.requireNonNull(best.low()), Objects.requireNonNull(best.high()));
        assertThat(best.detail())
                .startsWith("By the laws batch ")
                .contains(
                        "on 1 worker reaches the target in the fewest seconds",
                        "the training split has only 1,024 examples");
        assertThat(find(tables, "best_batch_size_cost").value()).isEqualTo(best.value());
    }

    /** On more workers half utilisation is at as many times the batch; the same fixed time is paid for by every worker. */
    @Test
    void workersThatCostFixedTimeAreFasterAndDearer() {
        GoalTime four = new GoalTime(GOAL, ONE.update(), 4);
        GoalRows rows = new GoalRows();
        for (long batch : new long[] {64, 256, 1024}) {
            rows.by(ONE, batch, 3, 1).by(four, batch, 3, 1);
        }
        List<FindingRecord> findings = Findings.of(rows.tables());

        List<FindingRecord> best = findings.stream()
                .filter(row -> row.finding().equals("best_batch_size_time"))
                .toList();
        assertThat(best).hasSize(2);
        assertThat(best.get(1).value()).isCloseTo(2000, Percentage.withPercentage(30));
        assertThat(best.get(1).detail()).contains("on 4 workers");
    }

    @Test
    void withoutABendLargerIsFasterAsFarAsWasTried() {
        StudyTables tables = study(new GoalTime(new TradeOff(1e-3, 1e6), ONE.update(), 1), 16, 64, 256, 512);
        FindingRecord best = find(tables, "best_batch_size_time");

        assertThat(best.value() == null || best.value() > 512).isTrue();
        assertThat(best.high()).isNull();
    }

    @Test
    void twoBatchSizesMakeNoLaw() {
        List<FindingRecord> findings = Findings.of(study(ONE, 16, 64));

        assertThat(findings)
                .extracting(FindingRecord::finding)
                .doesNotContain("best_batch_size_time", "update_fixed_seconds");
        assertThat(findings.stream().filter(row -> row.finding().equals("critical_batch_size")))
                .singleElement()
                .extracting(FindingRecord::detail)
                .asString()
                .startsWith("The critical batch size is not known: the law needs at least 3 batch sizes");
    }
}
