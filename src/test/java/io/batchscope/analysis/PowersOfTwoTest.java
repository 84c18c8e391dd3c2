package io.batchscope.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.Test;

/** Made-up times on a straight line, but for the powers of two. */
class PowersOfTwoTest {
    private static final List<Long> SIZES = List.of(96L, 100L, 127L, 128L, 129L, 160L, 192L, 250L, 256L, 257L);
    private static final List<Long> SEEDS = List.of(1L, 2L, 3L);

    private static final StepMeasures MEASURED = new StepMeasures(null, null, null, null, null, 0.5, 2.0);

    /** Two milliseconds and ten microseconds an example; each seed has its own speed. */
    private static double line(long batch, long seed) {
        return (2e-3 + 1e-5 * batch) * (1 + 0.3 * seed);
    }

    /**
     * Each run has rows of that time, one of three times it, some in which something was measured, which took longer, and one of a
     * batch that is not whole.
     */
    private static StudyTables study(List<Long> sizes, ToDoubleBiFunction<Long, Long> seconds) {
        List<RunFixture> runs = new ArrayList<>();
        List<StepRecord> steps = new ArrayList<>();
        for (long seed : SEEDS) {
            for (long batch : sizes) {
                RunFixture run = RunFixture.run(batch, seed);
                runs.add(run);
                RunRecord row = run.toRecord();
                double time = seconds.applyAsDouble(batch, seed);
                steps.add(RunFixture.timed(row, batch, 3 * time, 0, StepMeasures.NONE));
                for (int i = 0; i < 3; i++) {
                    steps.add(RunFixture.timed(row, batch, time, 0, StepMeasures.NONE));
                }
                for (int i = 0; i < 9; i++) {
                    steps.add(RunFixture.timed(row, batch, (1 + batch % 7) * time, 0, MEASURED));
                }
                steps.add(RunFixture.timed(row, batch - 1, time / 100, 0, StepMeasures.NONE));
            }
        }
        return RunFixture.tables(steps, runs.toArray(new RunFixture[0]));
    }

    @Test
    void findsNothingWhereTimesAreAStraightLine() {
        PowersOfTwo powers = PowersOfTwo.of(study(SIZES, PowersOfTwoTest::line));

        assertThat(powers.powers()).containsExactly(128L, 256L);
        assertThat(powers.neighboursOf(128)).containsExactly(96L, 100L, 127L, 129L, 160L);
        assertThat(powers.neighboursOf(256)).containsExactly(192L, 250L, 257L);
        assertThat(RunFixture.known(powers.together()).mean()).isCloseTo(0, within(1e-12));
    }

    /** Powers of two faster by 4, 5 and 6 %: the mean of the logarithms and its t-interval with two degrees of freedom. */
    @Test
    void findsHowMuchFasterPowersOfTwoAre() {
        PowersOfTwo powers = PowersOfTwo.of(study(
                SIZES,
                (batch, seed) ->
                        Long.bitCount(batch) == 1 ? line(batch, seed) / (1.03 + 0.01 * seed) : line(batch, seed)));

        Estimate together = RunFixture.known(powers.together());
        double mean = (Math.log(1.04) + Math.log(1.05) + Math.log(1.06)) / 3;
        double variance = 0;
        for (double value : new double[] {1.04, 1.05, 1.06}) {
            variance += Math.pow(Math.log(value) - mean, 2) / 2;
        }
        assertThat(together.count()).isEqualTo(3);
        assertThat(together.mean()).isCloseTo(mean, within(1e-12));
        // t(0.975, 2) of the tables
        assertThat(RunFixture.known(together).halfWidth()).isCloseTo(4.30265 * Math.sqrt(variance / 3), within(1e-6));
        assertThat(powers.logRatio()).containsOnlyKeys(128L, 256L);
        assertThat(RunFixture.known(powers.logRatio().get(128L)).mean()).isCloseTo(mean, within(1e-12));

        List<FindingRecord> findings = findings(study(
                SIZES, (batch, seed) -> Long.bitCount(batch) == 1 ? line(batch, seed) / 1.05 : line(batch, seed)));
        assertThat(findings).extracting(FindingRecord::batchSize).containsExactly(null, 128L, 256L);
        assertThat(findings.get(0).value()).isCloseTo(0.05, within(1e-9));
        assertThat(findings.get(0).detail())
                .startsWith(
                        "At powers of two (128, 256) the rate of examples differs by +5.0 % (95 % interval +5.0 % to"
                                + " +5.0 %, 3 runs) from what the straight line through the step times of its neighbours that are"
                                + " none (96, 100, 127, 129, 160, 192, 250, 257) says");
    }

    /** A drift that slows each later seed falls out, as seeds are compared with themselves. */
    @Test
    void saysThatNoDifferenceIsShownWhereSeedsDisagree() {
        assertThat(findings(study(
                                SIZES, (batch, seed) -> line(batch, seed) * (batch == 128 ? 1 + 0.02 * (seed - 2) : 1)))
                        .get(0)
                        .detail())
                .endsWith("seed by seed: no difference is shown.");
    }

    @Test
    void saysNothingOfPowersWithoutNeighboursOnBothSides() {
        assertThat(PowersOfTwo.of(study(List.of(32L, 64L, 96L, 100L, 128L), PowersOfTwoTest::line))
                        .powers())
                .isEmpty();
        assertThat(findings(study(List.of(1L, 32L, 1024L), PowersOfTwoTest::line)))
                .isEmpty();
    }

    /** Earlier versions did not write the time of a whole update. */
    @Test
    void saysNothingOfTablesWithoutTheTimeOfUpdates() {
        List<RunFixture> runs =
                SIZES.stream().map(size -> RunFixture.run(size, 1)).toList();
        List<StepRecord> steps = SIZES.stream()
                .map(size -> RunFixture.step(size, 1, 1, 0.5, 0.5))
                .toList();

        assertThat(PowersOfTwo.of(RunFixture.tables(steps, runs.toArray(new RunFixture[0])))
                        .powers())
                .isEmpty();
    }

    private static List<FindingRecord> findings(StudyTables tables) {
        return Findings.of(tables).stream()
                .filter(finding -> finding.finding().equals("power_of_two_throughput"))
                .toList();
    }
}
