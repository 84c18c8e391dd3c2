package io.batchscope.fused.cuda;

import io.batchscope.train.ActivationFunction.Kind;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Program;
import io.batchscope.train.Window;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small programs that together have every operation in every form. */
final class DevicePrograms {
    private static final Window SAME = new Window(3, 3, 1, 1, 1, 1, 1, 1, 1, 1);
    private static final Window UNEVEN = new Window(3, 2, 2, 1, 1, 2, 0, 1, 1, 2);
    private static final Window DILATED = new Window(3, 3, 1, 2, 2, 2, 2, 2, 2, 2);

    private DevicePrograms() {}

    /** By what is special in each. */
    static Map<String, Program> all() {
        Map<String, Program> programs = new LinkedHashMap<>();
        programs.put("softmax regression", Layers.of(7).classifier());
        programs.put("linear regression", Layers.of(7).regression());
        programs.put(
                "no biases, gap",
                Layers.of(9).dense(40, false).gap(5).rectifier().classifier());
        programs.put(
                "wide",
                Layers.of(70)
                        .dense(300, true)
                        .rectifier()
                        .dense(300, true)
                        .rectifier()
                        .classifier());
        for (Kind kind : Kind.values()) {
            double alpha = kind == Kind.EXPONENTIAL_LINEAR ? 0.7 : 0;
            programs.put(
                    kind + " fused",
                    Layers.of(8).dense(6, true).activation(kind, alpha).classifier());
            programs.put(
                    kind + " alone",
                    Layers.of(2, 4, 4)
                            .pooling(Pooling.Kind.AVERAGE_WITH_PADDING, SAME)
                            .dropout(1)
                            .convolution(3, SAME, true)
                            .dropout(1)
                            .activation(kind, alpha)
                            .classifier());
        }
        programs.put(
                "leaky",
                Layers.of(8).dense(6, true).activation(Kind.RECTIFIER, 0.2).classifier());
        programs.put(
                "negative slope",
                Layers.of(8).dense(6, true).activation(Kind.RECTIFIER, -0.3).classifier());
        images(programs);
        normalizations(programs);
        programs.put(
                "dropout",
                Layers.of(30)
                        .dropout(0.4)
                        .dense(20, true)
                        .rectifier()
                        .dropout(0.7)
                        .classifier());
        programs.put(
                "a value read twice",
                Layers.of(6)
                        .dense(6, true)
                        .activation(Kind.TANH, 0)
                        .dense(6, true)
                        .addition(3, 2)
                        .addition(4, 2)
                        .rectifier()
                        .classifier());
        programs.put(
                "the input added to itself",
                Layers.of(6).addition(0, 0).dense(5, true).rectifier().classifier());
        programs.put("residual", residual());
        return programs;
    }

    private static void images(Map<String, Program> programs) {
        for (Pooling.Kind kind : Pooling.Kind.values()) {
            programs.put(
                    kind + " uneven",
                    Layers.of(2, 7, 6)
                            .convolution(3, SAME, true)
                            .pooling(kind, UNEVEN)
                            .classifier());
            programs.put(
                    kind + " overlapping",
                    Layers.of(2, 7, 7)
                            .convolution(3, SAME, true)
                            .rectifier()
                            .pooling(kind, new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1))
                            .classifier());
        }
        programs.put(
                "convolutions uneven and dilated",
                Layers.of(3, 9, 8)
                        .convolution(4, UNEVEN, true)
                        .rectifier()
                        .convolution(5, DILATED, false)
                        .activation(Kind.LOGISTIC, 0)
                        .classifier());
        programs.put(
                "convolution of one point",
                Layers.of(3, 5, 5).convolution(4, Window.square(1, 2), true).classifier());
        programs.put(
                "squared loss of images",
                Layers.of(1, 5, 5).convolution(2, SAME, true).rectifier().regression());
    }

    private static void normalizations(Map<String, Program> programs) {
        programs.put(
                "rows normalized",
                Layers.of(11).dense(7, true).normalization().rectifier().classifier());
        programs.put(
                "input normalized", Layers.of(11).fixedNormalization(1.5, 0.2).classifier());
        programs.put(
                "images normalized",
                Layers.of(2, 6, 5)
                        .convolution(4, SAME, false)
                        .normalization()
                        .rectifier()
                        .convolution(3, SAME, true)
                        .fixedNormalization(0.7, -0.1)
                        .rectifier()
                        .classifier());
        programs.put(
                "normalized without rectifier",
                Layers.of(2, 4, 4)
                        .convolution(4, SAME, true)
                        .normalization()
                        .activation(Kind.SWISH, 0)
                        .classifier());
    }

    static Program residual() {
        Layers layers =
                Layers.of(3, 8, 8).convolution(4, SAME, false).normalization().rectifier();
        int in = layers.last();
        layers.convolution(6, new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1), false)
                .normalization()
                .rectifier();
        layers.convolution(6, SAME, false).normalization();
        int body = layers.last();
        layers.convolutionOf(in, 6, Window.square(1, 2), false).normalization();
        return layers.addition(body, layers.last())
                .rectifier()
                .pooling(Pooling.Kind.AVERAGE_WITHOUT_PADDING, Window.square(4, 4))
                .classifier();
    }
}
