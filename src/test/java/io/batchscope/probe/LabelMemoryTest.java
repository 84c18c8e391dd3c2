package io.batchscope.probe;

import static io.batchscope.probe.TrainedNetworks.settings;
import static io.batchscope.probe.TrainedNetworks.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.testing.Classifier;
import io.batchscope.testing.LabelledExamples;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.Probe.Measurement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LabelMemoryTest {
    private static final float[] ZERO = {0.8f, 0.1f, 0.1f};
    private static final float[] ONE = {0.1f, 0.8f, 0.1f};
    private static final float[] TWO = {0.1f, 0.1f, 0.8f};
    private static final RunPlan PLAN =
            RunPlans.sgd(Task.CLASSIFICATION, 9, 9, 1, 0.1).plan();

    /** The classes that come out are 0 0 0 0 1 1 1 2 2. */
    private static Map<String, Measurement> measure(int workers, List<Integer> given, List<Integer> real)
            throws Exception {
        LabelledExamples examples =
                new LabelledExamples(List.of(ZERO, ZERO, ZERO, ZERO, ONE, ONE, ONE, TWO, TWO), given, real);
        return TrainedNetworks.measure(
                new LabelMemory(3), PLAN, workers, examples, examples, new float[] {1}, Classifier::new);
    }

    @Test
    void countsWhatBecameOfChangedLabels() throws Exception {
        List<Integer> given = List.of(0, 0, 1, 1, 1, 2, 0, 2, 2);
        List<Integer> real = List.of(1, 0, 0, 2, 0, 1, 0, 2, 1);
        // Changed: 0 (fitted), 2 (true class), 3 (neither), 4 (fitted), 5 (true class), 8 (fitted). Others: 1, 7 right,
        // 6 not.
        for (int workers = 1; workers <= 3; workers++) {
            Map<String, Measurement> measured = measure(workers, given, real);
            assertThat(value(measured, "fitted_share")).isEqualTo(3.0 / 6);
            assertThat(value(measured, "true_class_share")).isEqualTo(2.0 / 6);
            assertThat(value(measured, "unchanged_accuracy")).isEqualTo(2.0 / 3);
            assertThat(settings(measured, "fitted_share"))
                    .isEqualTo("{\"split\":\"train\",\"changed\":6,\"unchanged\":3}");
        }
    }

    @Test
    void saysNothingWhereNoLabelWasChanged() throws Exception {
        List<Integer> same = List.of(0, 0, 0, 0, 1, 1, 1, 2, 2);
        assertThat(measure(1, same, same)).isEmpty();
    }
}
