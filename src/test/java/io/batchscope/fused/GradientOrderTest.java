package io.batchscope.fused;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import io.batchscope.train.ActivationFunction;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientOrderTest {
    private static final int FEATURES = 72;

    static Stream<Program> programs() {
        return Stream.of(
                SamplePrograms.dense(FEATURES, 17),
                SamplePrograms.regression(FEATURES),
                SamplePrograms.residual(),
                SamplePrograms.dropout(FEATURES, 0.5),
                scattered());
    }

    /**
     * A dense layer whose bias lies apart from its weights, one whose result nobody reads, and parameters that no operation
     * has.
     */
    private static Program scattered() {
        int weights = 7;
        int idle = weights + FEATURES * SamplePrograms.CLASSES + 2;
        int bias = idle + FEATURES * 4 + 4;
        return new Program(
                List.of(FEATURES),
                List.of(
                        new Operation.Activation(0, ActivationFunction.RECTIFIER),
                        new Operation.Dense(1, FEATURES, 4, idle, idle + FEATURES * 4),
                        new Operation.Dense(1, FEATURES, SamplePrograms.CLASSES, weights, bias)),
                new Program.Loss.SoftmaxCrossEntropy(1e-10f),
                bias + SamplePrograms.CLASSES + 1);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void partsTogetherAreAllParametersOnce(Program program) {
        int[] times = new int[program.parameterCount()];
        for (Range part : new GradientOrder(program).parts()) {
            for (int i = part.from(); i < part.to(); i++) {
                times[i]++;
            }
        }
        assertThat(times).containsOnly(1);
    }

    @Test
    void theLastLayerComesFirst() {
        assertThat(new GradientOrder(SamplePrograms.dense(FEATURES, 17)).parts())
                .containsExactly(
                        new Range(FEATURES * 17 + 17, FEATURES * 17 + 17 + 17 * 3 + 3),
                        new Range(0, FEATURES * 17 + 17));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void aPartIsFinalWhenTheListenerHearsOfIt(Program program) {
        for (int size : new int[] {1, 2, 8, 1025}) {
            for (boolean add : new boolean[] {false, true}) {
                try (Replica replica = new FusedReplica(program, SamplePrograms.start(program, true))) {
                    Batch batch = SamplePrograms.batch(0, size, FEATURES);
                    float[] expected = filled(program);
                    double loss = replica.gradient(batch, 0.5f, add, expected);
                    float[] into = filled(program);
                    float[] heard = new float[into.length];
                    List<Integer> parts = new ArrayList<>();

                    double lossHeard = replica.gradient(batch, 0.5f, add, into, part -> {
                        Range range = replica.gradientOrder().get(part);
                        System.arraycopy(into, range.from(), heard, range.from(), range.to() - range.from());
                        // A sum over the ranks may change it from now on.
                        Arrays.fill(into, range.from(), range.to(), Float.NaN);
                        parts.add(part);
                    });

                    assertThat(lossHeard).isEqualTo(loss);
                    assertThat(heard).isEqualTo(expected);
                    assertThat(into).containsOnly(Float.NaN);
                    assertThat(parts)
                            .isEqualTo(
                                    IntStream.range(0, replica.gradientOrder().size())
                                            .boxed()
                                            .toList());
                }
            }
        }
    }

    @Test
    void earlierLayersAreStillAtWorkWhenTheLastIsReady() {
        Program program = SamplePrograms.residual();
        try (Replica replica = new FusedReplica(program, SamplePrograms.start(program, true))) {
            float[] into = filled(program);
            float[] before = filled(program);
            List<Range> order = replica.gradientOrder();
            replica.gradient(SamplePrograms.batch(0, 8, FEATURES), 1, false, into, part -> {
                for (Range later : order.subList(part + 1, order.size())) {
                    assertThat(Arrays.copyOfRange(into, later.from(), later.to()))
                            .isEqualTo(Arrays.copyOfRange(before, later.from(), later.to()));
                }
            });
        }
    }

    private static float[] filled(Program program) {
        float[] values = new float[program.parameterCount()];
        Arrays.fill(values, 7);
        return values;
    }
}
