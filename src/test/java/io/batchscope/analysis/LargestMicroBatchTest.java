package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LargestMicroBatchTest {
    private static List<ProbeRecord> measured(long batchSize, double largest) {
        return List.of(
                row(batchSize, "budget_bytes", 64 << 20),
                row(batchSize, "fixed_bytes", 10.5 * (1 << 20)),
                row(batchSize, "bytes_per_example", 5632.4),
                row(batchSize, "largest_micro_batch", largest));
    }

    private static ProbeRecord row(long batchSize, String metric, double value) {
        return new ProbeRecord("example", "r" + batchSize + "-1", batchSize, 1, 0, "memory", metric, value, null, "{}");
    }

    private static List<FindingRecord> findings(List<ProbeRecord> probes) {
        StudyTables runs = RunFixture.tables(RunFixture.run(32, 1), RunFixture.run(256, 1));
        return Findings.of(new StudyTables(runs.runs(), runs.steps(), runs.evals(), probes)).stream()
                .filter(finding -> finding.finding().equals("largest_micro_batch"))
                .toList();
    }

    @Test
    void theRunWithTheLeastRoomDecides() {
        assertThat(findings(Stream.of(measured(32, 900), measured(256, 700))
                        .flatMap(List::stream)
                        .toList()))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.value()).isEqualTo(700);
                    assertThat(finding.unit()).isEqualTo("examples");
                    assertThat(finding.batchSize()).isNull();
                    assertThat(finding.detail())
                            .isEqualTo(
                                    "A worker can push 700 examples through the network at once: it may use 64.0 MiB, of which"
                                            + " parameters, optimizer state and examples take 10.5 MiB whatever the micro-batch, and each"
                                            + " example in it 5.5 KiB; measured at a few sizes, between and beyond them on straight"
                                            + " lines.");
                });
    }

    @Test
    void itIsNeverMoreThanTheTrainingSet() {
        assertThat(findings(measured(32, RunFixture.TRAIN_EXAMPLES)))
                .singleElement()
                .satisfies(
                        finding -> assertThat(finding.detail())
                                .startsWith(
                                        "A worker can push 1,024 examples through the network at once, the whole training set: "));
    }

    @Test
    void withoutMeasurementsThereIsNone() {
        assertThat(findings(List.of())).isEmpty();
        assertThat(findings(List.of(
                        new ProbeRecord("example", "r32-1", 32, 1, 0, "noise", "largest_micro_batch", 1, null, "{}"))))
                .isEmpty();
    }
}
