package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.law.Arrival;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

class TradeOffFindingsTest {
    private static final long[] SIZES = {16, 64, 256, 1024, 4096, 16384};

    /** So many runs a batch size, a few per cent apart. */
    private static List<Arrival> runs(int repeats, LongToDoubleFunction law) {
        List<Arrival> runs = new ArrayList<>();
        for (int i = 0; i < SIZES.length; i++) {
            for (int repeat = 0; repeat < repeats; repeat++) {
                double apart = 1 + ((i * 7 + repeat * 5) % 11 - 5) / 100.;
                runs.add(new Arrival(SIZES[i], law.applyAsDouble(SIZES[i]) * apart, true));
            }
        }
        return runs;
    }

    private static FindingRecord find(String finding, List<Arrival> runs) {
        return TradeOffFindings.of("example", runs).stream()
                .filter(row -> row.finding().equals(finding))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void sayWhereTheCriticalBatchSizeIs() {
        List<Arrival> runs = runs(3, size -> 500 + 1e6 / size);
        FindingRecord critical = find("critical_batch_size", runs);

        assertThat(critical.value()).isBetween(1800., 2200.);
        assertThat(critical.low()).isBetween(1500., Objects.requireNonNull(critical.value()));
        assertThat(critical.high()).isBetween(critical.value(), 2600.);
        assertThat(critical.unit()).isEqualTo("examples");
        assertThat(critical.detail())
                .startsWith("At batch ")
                .contains(
                        " the goal takes twice the fewest updates and twice the fewest examples; of 18 runs at 6 batch sizes;"
                                + " runs of one batch size differ by about 3 %")
                .doesNotContain("beside the law");
        assertThat(find("perfect_scaling_end", runs).value()).isEqualTo(0.2 * critical.value());
        assertThat(find("perfect_scaling_end", runs).detail()).doesNotContain("no such batch size was tried");
        assertThat(find("minimum_steps", runs).value()).isBetween(480., 520.);
        assertThat(find("minimum_examples", runs).value()).isBetween(0.95e6, 1.05e6);
    }

    @Test
    void sayWhatCannotBeTold() {
        List<Arrival> straight = runs(3, size -> 1e8 / size);
        FindingRecord critical = find("critical_batch_size", straight);
        assertThat(critical.value()).isNull();
        assertThat(critical.high()).isNull();
        assertThat(critical.low()).isGreaterThan(16384);
        assertThat(critical.detail())
                .contains("without a bend, so the critical batch size cannot be told (95 % interval from");
        assertThat(find("minimum_steps", straight).detail())
                .isEqualTo("The fewest updates cannot be told: the batch sizes show no bend.");
        assertThat(find("maximal_parallelism_start", straight).detail())
                .isEqualTo("Not known, because the critical batch size is not.");

        FindingRecord flat = find("critical_batch_size", runs(3, size -> 700));
        assertThat(flat.value()).isNull();
        assertThat(flat.low()).isNull();
        assertThat(flat.detail())
                .startsWith(
                        "The updates to the goal are not shown to fall with the batch size, so the critical batch size cannot"
                                + " be told (95 % interval up to ");
        assertThat(find("minimum_examples", runs(3, size -> 700)).detail())
                .isEqualTo("The fewest examples cannot be told: the updates do not fall with the batch size.");
    }

    @Test
    void sayWithoutRepeatsThatNothingTellsWhatTheSpreadIs() {
        assertThat(find("critical_batch_size", runs(1, size -> 500 + 1e6 / size))
                        .detail())
                .contains(
                        "beside the law, and without repeats of a batch size nothing tells whether that is the runs' spread");
    }

    @Test
    void sayThatBatchSizesDoNotFollowTheLaw() {
        assertThat(find("critical_batch_size", runs(3, size -> size == 256 ? 9000 : 500 + 1e6 / size))
                        .detail())
                .containsPattern("batch sizes lie [0-9]+ % beside the law, beyond what their runs explain");
    }

    @Test
    void sayWhichRunsAreMissing() {
        List<FindingRecord> findings =
                TradeOffFindings.of("example", List.of(new Arrival(16, 100, true), new Arrival(32, 70, false)));
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).value()).isNull();
        assertThat(findings.get(0).detail())
                .isEqualTo(
                        "The critical batch size is not known: the law needs at least 3 batch sizes with a run that reached"
                                + " the goal, but has 1; train at more batch sizes, longer, or to a nearer goal.");
        List<Arrival> late = new ArrayList<>(runs(2, size -> 500 + 1e6 / size));
        late.set(0, new Arrival(16, 50_000, false));
        assertThat(find("critical_batch_size", late).detail())
                .contains("of 12 runs at 6 batch sizes, 1 of which did not arrive and count as longer");
    }

    @Test
    void goalsThatWerePassedAtTheFirstLookSayHowToSeeMore() {
        List<Arrival> early =
                List.of(new Arrival(16, 0, 100, true), new Arrival(64, 0, 100, true), new Arrival(256, 0, 100, true));

        assertThat(find("critical_batch_size", early).detail())
                .contains("3 runs had passed it at the first evaluation already", "evaluation.every");
    }
}
