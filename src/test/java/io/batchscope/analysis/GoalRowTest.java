package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.law.Arrival;
import io.batchscope.law.Regime;
import io.batchscope.law.TradeOff;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class GoalRowTest {
    private static final TradeOff LAW = new TradeOff(100, 1e5);

    @Test
    void areOneForEachBatchSizeAscending() {
        List<GoalRow> rows = GoalRow.of(
                List.of(new Arrival(1000, 300, true), new Arrival(10, 10_100, true), new Arrival(1000, 220, true)),
                LAW);

        assertThat(rows).extracting(GoalRow::batchSize).containsExactly(10L, 1000L);
        assertThat(rows).extracting(GoalRow::steps).containsExactly(10_100., 260.);
        assertThat(rows).extracting(GoalRow::stepsByLaw).containsExactly(10_100., 200.);
        assertThat(rows.get(1).difference()).isCloseTo(0.3, Offset.offset(1e-12));
        assertThat(rows.get(1).statisticalEfficiency()).isEqualTo(0.5);
        assertThat(rows)
                .extracting(GoalRow::regime)
                .containsExactly(Regime.PERFECT_SCALING, Regime.DIMINISHING_RETURNS);
    }

    @Test
    void knowTheMedianOnlyWhereMoreThanHalfOfTheRunsArrived() {
        Arrival first = new Arrival(64, 400, true);
        Arrival second = new Arrival(64, 500, true);
        Arrival late = new Arrival(64, 900, false);

        assertThat(GoalRow.of(List.of(first, late, second), LAW))
                .singleElement()
                .satisfies(row -> {
                    assertThat(row.runs()).isEqualTo(3);
                    assertThat(row.arrived()).isEqualTo(2);
                    assertThat(row.steps()).isEqualTo(500);
                });
        assertThat(GoalRow.of(List.of(first, late), LAW)).singleElement().satisfies(row -> {
            assertThat(row.steps()).isNull();
            assertThat(row.atLeast()).isEqualTo(650);
            assertThat(row.difference()).isNull();
        });
        assertThat(GoalRow.of(List.of(late, late), LAW)).singleElement().satisfies(row -> {
            assertThat(row.arrived()).isZero();
            assertThat(row.steps()).isNull();
            assertThat(row.atLeast()).isEqualTo(900);
        });
    }

    @Test
    void leaveOpenWhatNoLawTells() {
        GoalRow without = GoalRow.of(List.of(new Arrival(64, 400, true)), null).get(0);

        assertThat(without.steps()).isEqualTo(400);
        assertThat(without.stepsByLaw()).isNull();
        assertThat(without.difference()).isNull();
        assertThat(without.regime()).isNull();
        assertThat(without.statisticalEfficiency()).isNull();
        assertThat(GoalRow.of(List.of(new Arrival(64, 400, true)), new TradeOff(400, 0)))
                .singleElement()
                .satisfies(row -> assertThat(row.statisticalEfficiency()).isNull());
    }
}
