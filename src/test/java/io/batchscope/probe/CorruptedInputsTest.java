package io.batchscope.probe;

import static io.batchscope.probe.TrainedNetworks.settings;
import static io.batchscope.probe.TrainedNetworks.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.RunPlan;
import io.batchscope.plan.Task;
import io.batchscope.probe.Corruption.Blur;
import io.batchscope.probe.Corruption.Image;
import io.batchscope.probe.Corruption.Noise;
import io.batchscope.probe.Corruption.Shift;
import io.batchscope.testing.ArrayExamples;
import io.batchscope.testing.Classifier;
import io.batchscope.testing.LabelledExamples;
import io.batchscope.testing.LinearReplica;
import io.batchscope.testing.RunPlans;
import io.batchscope.train.Probe.Measurement;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CorruptedInputsTest {
    private static final float NEAR = 1e-6f;

    private static float[] applied(Corruption corruption, long number, float... image) {
        float[] framed = new float[image.length + 2];
        framed[0] = 77;
        framed[framed.length - 1] = 88;
        System.arraycopy(image, 0, framed, 1, image.length);
        corruption.apply(number, framed, 1);
        assertThat(framed[0]).isEqualTo(77);
        assertThat(framed[framed.length - 1]).isEqualTo(88);
        return java.util.Arrays.copyOfRange(framed, 1, image.length + 1);
    }

    @Test
    void shiftsRepeatTheEdgeInFourDirections() {
        Shift shift = new Shift(new Image(1, 2, 3), 1);
        float[] image = {1, 2, 3, 4, 5, 6};
        assertThat(applied(shift, 0, image)).containsExactly(1, 1, 2, 4, 4, 5);
        assertThat(applied(shift, 1, image)).containsExactly(1, 2, 3, 1, 2, 3);
        assertThat(applied(shift, 2, image)).containsExactly(2, 3, 3, 5, 6, 6);
        assertThat(applied(shift, 3, image)).containsExactly(4, 5, 6, 4, 5, 6);
        assertThat(applied(shift, 4, image)).containsExactly(1, 1, 2, 4, 4, 5);
    }

    @Test
    void shiftsChannelByChannel() {
        Shift shift = new Shift(new Image(2, 1, 3), 2);
        assertThat(applied(shift, 0, 1, 2, 3, 4, 5, 6)).containsExactly(1, 1, 1, 4, 4, 4);
    }

    @Test
    void blursAPointIntoTheProductOfTwoKernels() {
        // Weights e^(-d²/2) at 0, 1, 2, 3: 1, 0.60653066, 0.13533528, 0.01110900; in sum 2.50594988.
        float[] image = new float[49];
        image[24] = 1;
        float[] blurred = applied(new Blur(new Image(1, 7, 7), 1), 0, image);
        assertThat(blurred[24]).isCloseTo(0.159241f, within(NEAR));
        assertThat(blurred[25]).isCloseTo(0.096585f, within(NEAR));
        assertThat(blurred[31]).isCloseTo(0.096585f, within(NEAR));
        assertThat(blurred[32]).isCloseTo(0.058582f, within(NEAR));
        assertThat(blurred[21]).isCloseTo(0.001769f, within(NEAR));
        assertThat(sum(blurred)).isCloseTo(1, within(1e-5));
    }

    @Test
    void blurRepeatsTheEdgeAndLeavesAnEvenImageAsItIs() {
        Blur blur = new Blur(new Image(2, 1, 2), 0.5);
        // Weights e^(-2d²) at 0, 1, 2: 1, 0.13533528, 0.00033546; what lies beyond the edge counts for the edge.
        float share = 0.135335f + 0.000335f;
        float left = share / (1 + 2 * share);
        float[] blurred = applied(blur, 0, 0, 1, 5, 5);
        assertThat(blurred[0]).isCloseTo(left, within(NEAR));
        assertThat(blurred[1]).isCloseTo(1 - left, within(NEAR));
        assertThat(blurred[2]).isCloseTo(5, within(1e-5f));
        assertThat(blurred[3]).isCloseTo(5, within(1e-5f));
    }

    private static double sum(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum();
    }

    @Test
    void noiseHasTheVarianceOfItsSeverityAndIsTheSameAgain() {
        int count = 20_000;
        float[] half = applied(new Noise(count, 0.5), 3, new float[count]);
        float[] whole = applied(new Noise(count, 1), 3, new float[count]);
        double squares =
                IntStream.range(0, count).mapToDouble(i -> Math.pow(half[i], 2)).sum() / count;
        // Standard error 0.25 · √(2 / count) = 0.0025.
        assertThat(squares).isCloseTo(0.25, within(0.01));
        assertThat(sum(half) / count).isCloseTo(0, within(0.015));
        assertThat(whole[17]).isEqualTo(2 * half[17]);
        assertThat(applied(new Noise(count, 0.5), 3, new float[count])).isEqualTo(half);
        assertThat(applied(new Noise(count, 0.5), 4, new float[count])).isNotEqualTo(half);
    }

    @Test
    void onlyImagesAreBlurredAndShifted() {
        assertThat(Corruption.suitable(List.of(5))).hasSize(3).allMatch(Noise.class::isInstance);
        assertThat(Corruption.suitable(List.of(1, 4, 4)).stream()
                        .map(corruption -> corruption.name() + " " + corruption.severity()))
                .containsExactly(
                        "noise 0.25",
                        "noise 0.5",
                        "noise 1.0",
                        "blur 0.5",
                        "blur 1.0",
                        "blur 2.0",
                        "shift 1.0",
                        "shift 2.0",
                        "shift 4.0");
    }

    /** Two classes, one number each, side by side: a shift to the right or left makes both alike. */
    private static Map<String, Measurement> classifier(int workers) throws Exception {
        List<float[]> features = IntStream.range(0, 8)
                .mapToObj(i -> i / 4 == 0 ? new float[] {0.8f, 0.2f} : new float[] {0.3f, 0.7f})
                .toList();
        LabelledExamples examples = new LabelledExamples(features, List.of(0, 0, 0, 0, 1, 1, 1, 1));
        RunPlan plan = RunPlans.sgd(Task.CLASSIFICATION, 8, 8, 1, 0.1).plan();
        CorruptedInputs probe = new CorruptedInputs(List.of(new Shift(new Image(1, 1, 2), 1)));
        return TrainedNetworks.measure(probe, plan, workers, examples, examples, new float[] {1}, Classifier::new);
    }

    @Test
    void measuresLossAndAccuracyOfSpoiltInputs() throws Exception {
        Map<String, Measurement> measured = classifier(1);
        // Of each four one moves right, one left, so that both numbers are alike and the first class is put out; two
        // stay.
        assertThat(value(measured, "accuracy_shift_1.0")).isEqualTo(6.0 / 8);
        assertThat(value(measured, "accuracy_mean")).isEqualTo(6.0 / 8);
        assertThat(value(measured, "accuracy_drop_mean")).isEqualTo(2.0 / 8);
        double loss = -(3 * Math.log(0.8) + Math.log(0.2) + 3 * Math.log(0.7) + Math.log(0.3)) / 8;
        assertThat(value(measured, "loss_shift_1.0")).isCloseTo(loss, within(1e-6));
        assertThat(settings(measured, "accuracy_shift_1.0"))
                .isEqualTo("{\"split\":\"test\",\"corruption\":\"shift\",\"severity\":1.0}");
        assertThat(settings(measured, "accuracy_mean"))
                .isEqualTo("{\"split\":\"test\",\"corruptions\":[\"shift\"],\"conditions\":1}");
    }

    @Test
    void saysTheSameOfAnyNumberOfWorkers() throws Exception {
        TrainedNetworks.assertAlike(classifier(1), classifier(3));
    }

    @Test
    void noiseOnTheInputsOfALinearModelCostsItsVarianceTimesTheSquaredWeights() throws Exception {
        ArrayExamples examples = ArrayExamples.linear(4000, 3, 5);
        RunPlan plan = RunPlans.sgd(Task.REGRESSION, 4000, 4000, 1, 0.1).plan();
        Map<String, Measurement> measured = TrainedNetworks.measure(
                new CorruptedInputs(Corruption.suitable(List.of(3))),
                plan,
                2,
                examples,
                examples,
                new float[] {1, -2, 3, 0},
                () -> new LinearReplica(3, 0));
        // (w·ε)² has mean ‖w‖²·severity² = 14·severity² and a standard deviation of √2 times that.
        double expected = 14 * 0.25;
        assertThat(value(measured, "loss_noise_0.5")).isCloseTo(expected, within(4 * expected * Math.sqrt(2.0 / 4000)));
        assertThat(measured.keySet())
                .containsExactly(
                        "loss_noise_0.25", "loss_noise_0.5", "loss_noise_1.0", "loss_mean", "loss_increase_mean");
        assertThat(value(measured, "loss_increase_mean")).isCloseTo(value(measured, "loss_mean"), within(1e-9));
    }
}
