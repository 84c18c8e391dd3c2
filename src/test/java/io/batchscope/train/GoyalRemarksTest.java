package io.batchscope.train;

import static io.batchscope.train.OneWeight.START;
import static io.batchscope.train.OneWeight.targets;
import static io.batchscope.train.OneWeight.weight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.data.Batch;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.schedule.LearningRateSchedule.Constant;
import io.batchscope.schedule.LearningRateSchedule.Joined;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.RunPlans;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Remarks 1 and 2 of Goyal et al. 2017, section 3, on what goes wrong in distributed training, each on the loop itself and
 * against a closed form; {@link GoyalBatchesTest} has the others. The network is one weight w, with the loss (w − t)² for an example with target t.
 */
class GoyalRemarksTest {
    /** Remark 1: with weight decay, to scale the loss is not to scale the learning rate. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void scalingTheLossIsNotScalingTheRate(int workers) throws Exception {
        double rate = 0.05;
        double decay = 0.1;
        float scale = 4;
        for (int steps : new int[] {1, 2, 30}) {
            float ofScaledLoss = trained(decaying(decay, steps, rate, workers), replica -> new Scaled(replica, scale));
            float ofScaledRate = trained(decaying(decay, steps, scale * rate, workers), replica -> replica);
            assertThat((double) ofScaledLoss).isCloseTo(decayed(2 * scale, decay, rate, steps), within(1e-5));
            assertThat((double) ofScaledRate).isCloseTo(decayed(2, decay, scale * rate, steps), within(1e-5));
            if (steps == 1) {
                assertThat((double) ofScaledLoss - ofScaledRate)
                        .isCloseTo(rate * decay * (scale - 1) * START, within(1e-5));
            }
            assertThat(trained(decaying(0, steps, rate, workers), replica -> new Scaled(replica, scale)))
                    .as("without weight decay it is the same")
                    .isCloseTo(trained(decaying(0, steps, scale * rate, workers), replica -> replica), within(1e-5f));
        }
    }

    private static RunPlan decaying(double decay, long steps, double rate, int workers) {
        return RunPlans.sgd(Task.REGRESSION, 24, 8, steps, rate)
                .withOptimizer(rule(OptimizerConfig.Name.SGD, 0, decay))
                .withWorkers(workers)
                .plan();
    }

    private static float trained(RunPlan plan, UnaryOperator<Replica> change) throws Exception {
        return weight(plan, targets(24, i -> 1), change);
    }

    /** w ← w − η·(a·(w − 1) + λ·w), which approaches a/(a + λ) by the factor 1 − η·(a + λ). */
    private static double decayed(double slope, double decay, double rate, int steps) {
        double end = slope / (slope + decay);
        return end + (START - end) * Math.pow(1 - rate * (slope + decay), steps);
    }

    /**
     * Remark 2: momentum that has the rate absorbed, v ← m·v + η·g, needs the factor η₊/η where the rate changes; the
     * form used here, w ← w − η·u with u ← m·u + g, needs nothing.
     */
    @ParameterizedTest
    @EnumSource(
            value = OptimizerConfig.Name.class,
            names = {"SGD", "NESTEROV"})
    void momentumNeedsNoCorrection(OptimizerConfig.Name name) throws Exception {
        for (int steps = 1; steps <= 14; steps++) {
            assertThat((double) withChangingRate(name, steps))
                    .as(steps + " updates")
                    .isCloseTo(Momentum.closedForm(name, steps), within(1e-5));
        }
    }

    @Test
    void momentumWithTheRateAbsorbedWouldNeedIt() throws Exception {
        for (int steps = 1; steps <= 14; steps++) {
            double trained = withChangingRate(OptimizerConfig.Name.SGD, steps);
            assertThat(trained).isCloseTo(Momentum.absorbed(steps, true), within(1e-5));
            // From the change on, what had gathered by then counts with the old rate.
            double gathered = Momentum.gathered(Momentum.CHANGE);
            double strayed = (Momentum.BEFORE - Momentum.AFTER)
                    * gathered
                    * Momentum.sumOfPowers(Math.max(0, steps - Momentum.CHANGE));
            assertThat(trained - Momentum.absorbed(steps, false)).isCloseTo(strayed, within(1e-5));
        }
        assertThat(Momentum.absorbed(14, true) - Momentum.absorbed(14, false)).isGreaterThan(1);
    }

    private static float withChangingRate(OptimizerConfig.Name name, long steps) throws Exception {
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, 24, 8, steps, Momentum.BEFORE)
                .withOptimizer(rule(name, Momentum.FACTOR, 0))
                .withSchedule(new Joined(new Constant(Momentum.BEFORE), Momentum.CHANGE, new Constant(Momentum.AFTER)))
                .withWorkers(3)
                .plan();
        return weight(plan, targets(24, i -> 0), ConstantSlope::new);
    }

    /** Where momentum leads under the constant gradient g, with a rate that falls after five updates. */
    private static final class Momentum {
        static final double FACTOR = 0.75;
        static final double BEFORE = 0.5;
        static final double AFTER = 0.0625;
        static final int CHANGE = 5;
        static final float GRADIENT = 0.5f;

        private Momentum() {}

        /** m + m² + … + mⁿ. */
        static double sumOfPowers(int n) {
            return FACTOR * (1 - Math.pow(FACTOR, n)) / (1 - FACTOR);
        }

        /** u after n updates: g·(1 − mⁿ)/(1 − m). */
        static double gathered(int n) {
            return GRADIENT * (1 - Math.pow(FACTOR, n)) / (1 - FACTOR);
        }

        /** Sum of the first n steps, each divided by its rate. */
        private static double path(OptimizerConfig.Name name, int n) {
            double missing = name == OptimizerConfig.Name.NESTEROV ? FACTOR * sumOfPowers(n) : sumOfPowers(n);
            return GRADIENT * (n - missing) / (1 - FACTOR);
        }

        static double closedForm(OptimizerConfig.Name name, int steps) {
            double before = path(name, Math.min(steps, CHANGE));
            return START - BEFORE * before - AFTER * (path(name, steps) - before);
        }

        /** The form with the rate in the momentum. */
        static double absorbed(int steps, boolean corrected) {
            double w = START;
            double v = 0;
            double last = BEFORE;
            for (int step = 0; step < steps; step++) {
                double rate = step < CHANGE ? BEFORE : AFTER;
                v = FACTOR * (corrected ? rate / last : 1) * v + rate * GRADIENT;
                w -= v;
                last = rate;
            }
            return w;
        }
    }

    /** A replica whose loss is a multiple of another's. */
    private static final class Scaled extends ForwardingReplica {
        private final float scale;

        Scaled(Replica replica, float scale) {
            super(replica);
            this.scale = scale;
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            return scale * super.gradient(batch, weight * scale, add, into);
        }
    }

    /** A replica whose gradient is the same everywhere. */
    private static final class ConstantSlope extends ForwardingReplica {
        ConstantSlope(Replica replica) {
            super(replica);
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            if (!add) {
                Arrays.fill(into, 0, parameterCount(), 0f);
            }
            into[0] += weight * Momentum.GRADIENT * batch.size();
            return batch.size();
        }
    }

    private static OptimizerConfig rule(OptimizerConfig.Name name, double momentum, double decay) {
        return new OptimizerConfig(name, momentum, decay, 0.9, 0.999, 1e-8);
    }
}
