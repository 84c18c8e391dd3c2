package io.batchscope.probe;

import static io.batchscope.probe.TrainedNetworks.settings;
import static io.batchscope.probe.TrainedNetworks.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.Classifier;
import io.batchscope.testing.LabelledExamples;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.Probe.Measurement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final RunPlan PLAN =
            RunPlans.sgd(Task.CLASSIFICATION, 5, 5, 1, 0.1).plan();
    private static final double FLOAT = 1e-6;

    /** Confidences 0.9, 0.9, 0.9 (two right) and 0.6, 0.6 (one right). */
    private static final LabelledExamples EXAMPLES = new LabelledExamples(
            List.of(
                    new float[] {0.9f, 0.1f},
                    new float[] {0.9f, 0.1f},
                    new float[] {0.1f, 0.9f},
                    new float[] {0.6f, 0.4f},
                    new float[] {0.4f, 0.6f}),
            List.of(0, 0, 0, 0, 0));

    private static Map<String, Measurement> measure(int workers) throws Exception {
        return TrainedNetworks.measure(
                new Calibration(2), PLAN, workers, EXAMPLES, EXAMPLES, new float[] {1}, Classifier::new);
    }

    @Test
    void givesTheErrorsOfTwoBinsByHand() throws Exception {
        Map<String, Measurement> measured = measure(1);
        // 3/5 · |2/3 − 0.9| + 2/5 · |1/2 − 0.6|
        assertThat(value(measured, "test_expected_calibration_error")).isCloseTo(0.18, within(FLOAT));
        assertThat(value(measured, "test_maximum_calibration_error")).isCloseTo(0.9 - 2.0 / 3, within(FLOAT));
        assertThat(value(measured, "test_mean_confidence")).isCloseTo(0.78, within(FLOAT));
        assertThat(value(measured, "test_overconfidence")).isCloseTo(0.18, within(FLOAT));
        double loss = -(2 * Math.log(0.9) + Math.log(0.1) + Math.log(0.6) + Math.log(0.4)) / 5;
        assertThat(value(measured, "test_negative_log_likelihood")).isCloseTo(loss, within(FLOAT));
        assertThat(value(measured, "validation_expected_calibration_error")).isCloseTo(0.18, within(FLOAT));
        assertThat(settings(measured, "test_overconfidence")).isEqualTo("{\"bins\":15,\"examples\":5}");
    }

    @Test
    void saysTheSameOfAnyNumberOfWorkers() throws Exception {
        TrainedNetworks.assertAlike(measure(1), measure(2));
        TrainedNetworks.assertAlike(measure(1), measure(3));
    }

    @Test
    void aBinHoldsItsUpperEdge() {
        assertThat(Calibration.binOf(0)).isZero();
        assertThat(Calibration.binOf(0.2)).isEqualTo(2);
        assertThat(Calibration.binOf(0.2000001)).isEqualTo(3);
        assertThat(Calibration.binOf(1)).isEqualTo(14);
        assertThat(Calibration.binOf(1.0000001)).isEqualTo(14);
    }

    @Test
    void saysNothingWithoutExamples() throws Exception {
        LabelledExamples none = new LabelledExamples(List.of(new float[2]), List.of(0));
        assertThat(TrainedNetworks.measure(
                        new Calibration(2),
                        PLAN,
                        1,
                        none,
                        io.batchscope.testing.ArrayExamples.NONE,
                        new float[] {1},
                        Classifier::new))
                .isEmpty();
    }
}
