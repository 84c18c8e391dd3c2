package io.batchscope.probe;

import static io.batchscope.probe.TrainedNetworks.settings;
import static io.batchscope.probe.TrainedNetworks.uncertainty;
import static io.batchscope.probe.TrainedNetworks.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.Probe.Measurement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightNoiseTest {
    private static final ArrayExamples EXAMPLES = ArrayExamples.linear(60, 3, 5);
    /** What the targets are made with; the last one is held and does nothing. */
    private static final float[] OPTIMUM = {1, -2, 3, 100};

    private static Map<String, Measurement> measure(WeightNoise probe, int workers, long seed) throws Exception {
        RunPlan plan =
                RunPlans.sgd(Task.REGRESSION, 60, 60, 1, 0.1).withSeed(seed).plan();
        return TrainedNetworks.measure(
                probe, plan, workers, EXAMPLES, EXAMPLES, OPTIMUM, () -> new LinearReplica(3, 0));
    }

    /** Σ wᵢ²·Hᵢᵢ, H = 2·mean(x·xᵀ) as the loss is the squared residual without ½. */
    private static double curvature() {
        double sum = 0;
        for (float[] x : EXAMPLES.features()) {
            for (int i = 0; i < x.length; i++) {
                sum += 2 * Math.pow(OPTIMUM[i] * x[i], 2) / EXAMPLES.size();
            }
        }
        return sum;
    }

    @Test
    void atAMinimumTheLossGrowsByHalfTheCurvatureTimesTheVariance() throws Exception {
        Map<String, Measurement> measured = measure(new WeightNoise(List.of(0.05, 0.2), 2000), 1, 7);
        for (double sigma : List.of(0.05, 0.2)) {
            String metric = "loss_increase_sigma_" + sigma;
            double expected = 0.5 * sigma * sigma * curvature();
            assertThat(uncertainty(measured, metric)).isPositive().isLessThan(0.04 * expected);
            assertThat(value(measured, metric)).isCloseTo(expected, within(4 * uncertainty(measured, metric)));
        }
        // The same draws, so the increase is exactly quadratic in σ where the loss is.
        assertThat(value(measured, "loss_increase_sigma_0.2"))
                .isCloseTo(16 * value(measured, "loss_increase_sigma_0.05"), within(1e-4));
    }

    @Test
    void theUncertaintyIsTheStandardErrorOverDraws() throws Exception {
        Map<String, Measurement> few = measure(new WeightNoise(List.of(0.1), 50), 1, 7);
        Map<String, Measurement> many = measure(new WeightNoise(List.of(0.1), 5000), 1, 7);
        double ratio = uncertainty(few, "loss_sigma_0.1") / uncertainty(many, "loss_sigma_0.1");
        // √(5000/50), as exactly as 50 draws tell a standard deviation.
        assertThat(ratio).isBetween(6.0, 14.0);
    }

    @Test
    void drawsFollowFromTheSeedAndNotFromTheWorkers() throws Exception {
        Map<String, Measurement> alone = measure(WeightNoise.usual(), 1, 7);
        TrainedNetworks.assertAlike(alone, measure(WeightNoise.usual(), 3, 7));
        assertThat(value(measure(WeightNoise.usual(), 1, 8), "loss_sigma_0.1"))
                .isNotEqualTo(value(alone, "loss_sigma_0.1"));
        assertThat(alone.keySet())
                .containsExactly(
                        "loss_sigma_0.05",
                        "loss_increase_sigma_0.05",
                        "loss_sigma_0.1",
                        "loss_increase_sigma_0.1",
                        "loss_sigma_0.2",
                        "loss_increase_sigma_0.2");
        assertThat(settings(alone, "loss_sigma_0.1")).isEqualTo("{\"split\":\"test\",\"sigma\":0.1,\"draws\":5}");
    }

    @Test
    void leavesHeldParametersAsTheyAre() throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, 60, 60, 1, 0.1).plan();
        TrainedNetworks.measure(
                WeightNoise.usual(),
                plan,
                1,
                EXAMPLES,
                EXAMPLES,
                OPTIMUM,
                () -> new io.batchscope.testing.ForwardingReplica(new LinearReplica(3, 0)) {
                    @Override
                    public void writeParameters(float[] values) {
                        assertThat(values[3]).isEqualTo(100f);
                        super.writeParameters(values);
                    }
                });
    }
}
