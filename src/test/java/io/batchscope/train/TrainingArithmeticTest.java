package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Operation.Activation;
import io.batchscope.train.Operation.Addition;
import io.batchscope.train.Operation.BatchNormalization;
import io.batchscope.train.Operation.Convolution;
import io.batchscope.train.Operation.Dense;
import io.batchscope.train.Operation.Dropout;
import io.batchscope.train.Operation.Flatten;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingArithmeticTest {
    private static final Program.Loss LOSS = new Program.Loss.MeanSquaredError();
    private static final int ABSENT = Operation.ABSENT;

    private static double perExample(List<Integer> input, int parameters, Operation... operations) {
        return TrainingArithmetic.perExample(new Program(input, List.of(operations), LOSS, parameters));
    }

    /** By hand: two for each multiply-add, three passes over 256·128 and 128·10, two over 784·256. */
    @Test
    void countsADenseNetworkWithoutTheGradientOfTheData() {
        int second = 784 * 256 + 256;
        int third = second + 256 * 128 + 128;
        assertThat(perExample(
                        List.of(784),
                        third + 128 * 10 + 10,
                        new Dense(0, 784, 256, 0, 784 * 256),
                        new Activation(1, ActivationFunction.RECTIFIER),
                        new Dense(2, 256, 128, second, second + 256 * 128),
                        new Activation(3, ActivationFunction.RECTIFIER),
                        new Dense(4, 128, 10, third, third + 128 * 10)))
                .isEqualTo(6.0 * (256 * 128 + 128 * 10) + 4.0 * 784 * 256)
                .isEqualTo(1_007_104);
    }

    /** Where the data go through parameters first, every layer's input needs a gradient: 6·P. */
    @Test
    void isSixOperationsAWeightWhereNothingIsSaved() {
        int weights = 12 * 20 + 20 * 3;
        assertThat(perExample(
                        List.of(12),
                        weights + 4 * 12,
                        new BatchNormalization(
                                0, 12, 1e-5f, 0.9f, weights, weights + 12, 1, 0, weights + 24, weights + 36, false),
                        new Dense(1, 12, 20, 0, ABSENT),
                        new Dense(2, 20, 3, 12 * 20, ABSENT)))
                .isEqualTo(6.0 * weights);
    }

    @Test
    void countsEveryTapOfAConvolutionAtEveryPixelOfItsResult() {
        Window same = new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1);
        int first = 4 * 2 * 9;
        int second = first + 4 * 4 * 9;
        assertThat(perExample(
                        List.of(2, 8, 6),
                        second + 4 * 2 * 2 * 3,
                        new Convolution(0, 2, 4, same, 0, ABSENT),
                        new Convolution(1, 4, 4, same, first, ABSENT),
                        new Flatten(2),
                        new Dense(3, 4 * 2 * 2, 3, second, ABSENT)))
                .isEqualTo(4.0 * (4 * 4 * 3) * (2 * 9) + 6.0 * (4 * 2 * 2) * (4 * 9) + 6.0 * (4 * 2 * 2) * 3);
    }

    /** Two layers that both take the data: neither's input needs a gradient, whatever lies between. */
    @Test
    void savesTheGradientOfTheDataInEveryLayerThatTakesThem() {
        assertThat(perExample(
                        List.of(7),
                        2 * 7 * 5 + 5 * 3,
                        new Dropout(0, 0.5),
                        new Dense(1, 7, 5, 0, ABSENT),
                        new Dense(0, 7, 5, 35, ABSENT),
                        new Addition(2, 3),
                        new Dense(4, 5, 3, 70, ABSENT)))
                .isEqualTo(4.0 * 2 * 35 + 6.0 * 15);
    }
}
