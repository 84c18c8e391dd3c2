package io.batchscope.train;

import static io.batchscope.train.ContractRuns.STEPS;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;

/**
 * What every way to synchronise promises, tried with each of them. Where one does not keep a promise by its nature, it says
 * why, and the test sees the difference. What was found is left in {@code target/contract-table.md}.
 *
 * <p>Epochs of 103 examples are seven updates of 17, the last one of 1, so that some ranks have no share of it; 26 updates
 * end within a round.
 */
class SynchronizationContractTest implements SameResultsContract, ObservedRunContract {
    static final ContractTable TABLE = new ContractTable();

    static Stream<ContractMode> modes() {
        return ContractMode.all();
    }

    @AfterAll
    static void writeTheTable() throws IOException {
        TABLE.write(
                Path.of("target", "contract-table.md"),
                "Ways to synchronise, and what holds for them; numbers are the largest over 2 and 3 workers: ‖Δw‖₂/‖w‖₂ after "
                        + STEPS + " updates, and the last loss as a share of the first.");
    }
}
