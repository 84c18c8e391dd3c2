package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RunPlan;
import io.batchscope.schedule.LearningRateSchedule;
import io.batchscope.testing.RunPlans;
import io.batchscope.testing.Schedules;
import io.batchscope.testing.TrainedParameters;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a plan says of rates is what every mode does, to the last update. */
class PlannedRatesTest {
    private static final int STEPS = 23;

    private static Stream<Arguments> modesAndSchedules() {
        return ContractMode.all()
                .flatMap(mode -> Schedules.all().stream().map(schedule -> Arguments.of(mode, schedule)));
    }

    /**
     * The gradient is 1 everywhere, so parameters sink by the sum of the rates. Where gradients are thinned out they sink
     * later, and only the rows are looked at.
     */
    @ParameterizedTest
    @MethodSource("modesAndSchedules")
    void areThoseOfTheUpdates(ContractMode mode, LearningRateSchedule schedule) throws Exception {
        RunPlans plans = ContractRuns.plans(17, STEPS, 0.02).withSchedule(schedule);
        for (int workers : new int[] {1, 3}) {
            RunPlan plan = mode.plan(plans.withWorkers(workers));
            TrainedRun run = ContractRuns.train(
                            plan,
                            Stream.generate(ContractRuns.Slope::new)
                                    .limit(workers)
                                    .toList())
                    .get(0);
            double[] planned =
                    LongStream.range(0, STEPS).mapToDouble(schedule::rateAt).toArray();
            assertThat(run.stepRows().stream()
                            .mapToDouble(row -> row.learningRate())
                            .toArray())
                    .isEqualTo(planned);
            // Where ranks follow gradients of their own, one without a share of a batch stands still.
            if (mode.differsAlone() == null && (workers == 1 || mode.differsTogether() == null)) {
                double sum =
                        LongStream.range(0, STEPS).mapToDouble(schedule::rateAt).sum();
                assertThat(-TrainedParameters.of(run)[0]).isCloseTo((float) sum, within(1e-6f));
            }
        }
    }
}
