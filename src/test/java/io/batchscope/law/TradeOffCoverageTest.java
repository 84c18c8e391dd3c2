package io.batchscope.law;

import static io.batchscope.law.SimulatedArrivals.TRUTH;
import static io.batchscope.law.SimulatedArrivals.normal;
import static io.batchscope.law.SimulatedArrivals.runs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether the law of simulated studies is the true one as often as its intervals say. */
class TradeOffCoverageTest {
    /**
     * Of 200 simulated studies, how many 95 % intervals hold the truth. The standard deviation of such a count is 3 at 190:
     * within 90 and 99 % an interval that is right stays almost surely, one that holds 85 % of truths almost never does.
     */
    @ParameterizedTest
    @CsvSource({"1, 0, 0.1", "3, 0, 0.1", "5, 0, 0.3", "3, 0.05, 0.1", "13, 0.08, 0.1"})
    void intervalsHoldTheTruthAsOftenAsTheySay(int repeats, double between, double within) {
        int studies = 200;
        Map<String, ToDoubleFunction<TradeOff>> said = Map.of(
                "critical batch size", TradeOff::criticalBatchSize,
                "minimum steps", TradeOff::minimumSteps,
                "minimum examples", TradeOff::minimumExamples,
                "steps at 300", law -> law.steps(300));
        Map<String, Integer> held = new TreeMap<>();
        SplittableRandom random = new SplittableRandom(2026);
        for (int i = 0; i < studies; i++) {
            Drawings<TradeOff> drawn =
                    TradeOffFit.of(runs(repeats, between, within, random)).draw(100, i);
            said.forEach((name, of) ->
                    held.merge(name, drawn.interval(of).contains(of.applyAsDouble(TRUTH)) ? 1 : 0, Integer::sum));
        }

        assertThat(held.values()).allSatisfy(count -> assertThat(count).isBetween(180, 198));
    }

    /**
     * The same of studies as they are made: the goal is looked for only so many times until a batch size's runs typically pass
     * it, runs end at a budget that is a multiple of what they typically take, and a share of them is wild.
     */
    @ParameterizedTest
    @CsvSource({
        "600, 1e6, 3, 0, 0.1, 20, 10, 0.05",
        "200, 1e8, 3, 0.05, 0.1, 20, 10, 0",
        "800, 5e3, 3, 0, 0.1, 20, 10, 0",
        "200, 1e6, 3, 0.1, 0.1, 10, 1.1, 0"
    })
    void intervalsHoldTheTruthInStudies(
            int studies,
            double examples,
            int repeats,
            double between,
            double within,
            double looks,
            double budget,
            double wild) {
        TradeOff truth = new TradeOff(500, examples);
        Map<String, ToDoubleFunction<TradeOff>> said = Map.of(
                "critical batch size", TradeOff::criticalBatchSize,
                "minimum steps", TradeOff::minimumSteps,
                "minimum examples", TradeOff::minimumExamples,
                "steps at 300", law -> law.steps(300));
        Map<String, Integer> held = new TreeMap<>();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < studies; i++) {
            List<Arrival> runs = runs(truth, repeats, between, within, random).stream()
                    .map(run -> random.nextDouble() < wild ? times(run, Math.exp(2 * normal(random))) : run)
                    .toList();
            List<Arrival> arrivals = looked(truth, runs, looks, budget);
            Drawings<TradeOff> drawn = TradeOffFit.of(arrivals).draw(100, i);
            said.forEach((name, of) ->
                    held.merge(name, drawn.interval(of).contains(of.applyAsDouble(truth)) ? 1 : 0, Integer::sum));
        }

        assertThat(held.values())
                .allSatisfy(count -> assertThat(count).isBetween((int) (0.9 * studies), (int) (0.99 * studies)));
    }

    private static List<Arrival> looked(TradeOff truth, List<Arrival> runs, double looks, double budget) {
        return runs.stream()
                .map(run -> {
                    double every = Math.max(1, Math.rint(truth.steps(run.batchSize()) / looks));
                    double last = Math.floor(truth.steps(run.batchSize()) * budget / every) * every;
                    double seen = Math.ceil(run.steps() / every) * every;
                    return seen > last
                            ? new Arrival(run.batchSize(), last, false)
                            : new Arrival(run.batchSize(), seen - every, seen, true);
                })
                .toList();
    }

    private static Arrival times(Arrival run, double factor) {
        return new Arrival(run.batchSize(), run.steps() * factor, true);
    }

    /** Looked for every 200 updates, a goal is seen 100 late on average: a tenth of what it takes at batch 2000. */
    @Test
    void aGoalThatIsSeenLateIsNotTakenForLate() {
        SplittableRandom random = new SplittableRandom(13);
        double counted = 0;
        double taken = 0;
        for (int i = 0; i < 100; i++) {
            List<Arrival> seen = runs(TRUTH, 3, 0, 0.1, random).stream()
                    .map(run -> new Arrival(
                            run.batchSize(),
                            Math.floor(run.steps() / 200) * 200,
                            Math.floor(run.steps() / 200) * 200 + 200,
                            true))
                    .toList();
            counted += Math.log(TradeOffFit.of(seen).law().minimumSteps() / 500) / 100;
            taken += Math.log(TradeOffFit.of(seen.stream()
                                            .map(run -> new Arrival(run.batchSize(), run.steps(), true))
                                            .toList())
                                    .law()
                                    .minimumSteps()
                            / 500)
                    / 100;
        }

        assertThat(counted).isCloseTo(0, within(0.04));
        assertThat(taken).as("if they counted as when they were seen").isGreaterThan(0.1);
    }
}
