package io.batchscope.law;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ClusterTest {
    private static final TradeOff GOAL = new TradeOff(500, 1e6);
    private static final UpdateTime LOCAL = new UpdateTime(0.8, 2e-4);
    private static final long EXAMPLES = 1_000_000;

    /** Sums take 14·10 ms + 1.75·100 MB / 1 GB/s = 0.315 s on 8 workers. */
    private static final Cluster LINKED = new Cluster(LOCAL, new Link(0.01, 1e9), 100_000_000);

    /** a = 0.8 s, β = 0.2 ms, p = 8, S_min = 500, B_crit = 2000: B* = 8000 and T = 625 s. */
    @Test
    void withoutALinkItIsTheTimeOfTheLaws() {
        Cluster free = new Cluster(LOCAL, new Link(0, Double.POSITIVE_INFINITY), 100_000_000);

        assertThat(free.bestBatchSize(GOAL, 8, EXAMPLES)).isEqualTo(8000);
        assertThat(free.toGoal(GOAL, 8).seconds(8000)).isCloseTo(625, within(1e-9));
        assertThat(free.scalingEfficiency(8, 1000)).isEqualTo(1);
    }

    /** a + s = 1.115 s: B* = √(8·1.115/2e-4 · 2000) = 9444.6, T = 500·(1 + 2000/9445)·(1.115 + 9445/8·2e-4) = 818.61 s. */
    @Test
    void theLinkAddsToWhatAnUpdateTakesAnyway() {
        assertThat(LINKED.sumSeconds(1)).isZero();
        assertThat(LINKED.sumSeconds(8)).isCloseTo(0.315, within(1e-12));
        assertThat(LINKED.update(8).fixedSeconds()).isCloseTo(1.115, within(1e-12));
        assertThat(LINKED.bestBatchSize(GOAL, 8, EXAMPLES)).isEqualTo(9445);
        assertThat(LINKED.toGoal(GOAL, 8).seconds(9445)).isCloseTo(818.614_38, within(1e-4));
        // One worker takes 0.8 s + 1000 · 0.2 ms = 1 s, eight 1.315 s.
        assertThat(LINKED.scalingEfficiency(8, 1000)).isCloseTo(1 / 1.315, within(1e-12));
        assertThat(LINKED.seconds(8, 1000, 1)).isCloseTo(1.315, within(1e-12));
        assertThat(LINKED.seconds(8, 1000, 2)).isCloseTo(2.315, within(1e-12));
    }

    @Test
    void noBatchSizeIsFaster() {
        for (int workers : new int[] {1, 8, 64, 4096}) {
            GoalTime time = LINKED.toGoal(GOAL, workers);
            long best = LINKED.bestBatchSize(GOAL, workers, EXAMPLES);
            double fastest = LongStream.rangeClosed(1, EXAMPLES)
                    .filter(size -> size >= workers)
                    .mapToDouble(time::seconds)
                    .min()
                    .orElseThrow();
            assertThat(time.seconds(best)).isCloseTo(fastest, within(1e-5));
        }
    }

    @Test
    void theBatchHasAnExampleForEachWorkerAndAtMostAllThatThereAre() {
        // S_min = 10, B_crit = 1; without a bend or a fall the best is at an end.
        assertThat(LINKED.bestBatchSize(new TradeOff(10, 10), 5, EXAMPLES)).isEqualTo(161);
        assertThat(LINKED.bestBatchSize(new TradeOff(10, 10), 4096, EXAMPLES)).isEqualTo(41_204);
        assertThat(LINKED.bestBatchSize(new TradeOff(10, 1e-9), 4096, EXAMPLES)).isEqualTo(4096);
        assertThat(LINKED.bestBatchSize(GOAL, 8, 5000)).isEqualTo(5000);
        assertThat(LINKED.bestBatchSize(new TradeOff(0, 1e6), 8, 5000)).isEqualTo(5000);
        assertThat(LINKED.bestBatchSize(new TradeOff(500, 0), 8, 5000)).isEqualTo(8);
    }

    /** Workers without latency save time without end, though less and less; each hop costs, so with latency they do not. */
    @Test
    void moreWorkersHelpAsFarAsTheLinkLets() {
        Cluster quick = new Cluster(LOCAL, new Link(0, 1e12), 100_000_000);
        double before = Double.POSITIVE_INFINITY;
        double efficiencyBefore = 1;
        for (int workers = 1; workers <= 4096; workers *= 2) {
            double seconds = quick.toGoal(GOAL, workers).fewestSeconds();
            double efficiency = quick.scalingEfficiency(workers, 1000);
            assertThat(seconds).isLessThan(before);
            assertThat(efficiency).isLessThanOrEqualTo(efficiencyBefore);
            before = seconds;
            efficiencyBefore = efficiency;
        }
        // No number of workers undercuts S_min updates of a seconds.
        assertThat(before).isBetween(500 * 0.8, 500 * 0.8 * 1.2);
        assertThat(LINKED.toGoal(GOAL, 4096).fewestSeconds())
                .isGreaterThan(LINKED.toGoal(GOAL, 64).fewestSeconds());
    }

    @Test
    void marginalEfficiencyIsOneWhereTimeFallsAsWorkersGrow() {
        assertThat(Cluster.marginalEfficiency(2, 10, 8, 2.5)).isCloseTo(1, within(1e-12));
        assertThat(Cluster.marginalEfficiency(2, 10, 8, 5)).isCloseTo(0.5, within(1e-12));
        assertThat(Cluster.marginalEfficiency(2, 10, 8, 10)).isZero();
        assertThat(Cluster.marginalEfficiency(2, 10, 8, 40)).isCloseTo(-1, within(1e-12));
    }
}
