package io.batchscope.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.train.Program;
import io.batchscope.train.Replica;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a replica says that it holds, held against what the bindings and the system count. */
class NativeBytesTest {
    private static final int FEATURES = 72;

    static Stream<Program> programs() {
        return Stream.of(
                SamplePrograms.dense(FEATURES, 17),
                SamplePrograms.residual(),
                SamplePrograms.dropout(FEATURES, 0.5),
                SamplePrograms.regression(FEATURES));
    }

    private static FusedReplica replica(Program program) {
        return new FusedReplica(program, SamplePrograms.start(program, true));
    }

    private static void use(Replica replica, int examples) {
        replica.gradient(SamplePrograms.batch(0, examples, FEATURES), 1, false, new float[replica.parameterCount()]);
        replica.score(SamplePrograms.batch(0, examples, FEATURES));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void isAllThatTheBindingsCountAndWhatTheLibraryWorksIn(Program program) {
        long before = Pointer.totalBytes();
        try (FusedReplica replica = replica(program)) {
            for (int examples : new int[] {1, 8, 5}) {
                use(replica, examples);
                assertThat(replica.nativeBytes() - replica.scratchBytes()).isEqualTo(Pointer.totalBytes() - before);
            }
        }
    }

    @Test
    void growsAsTheProcessDoes() {
        try (Replica small = replica(SamplePrograms.residual());
                Replica large = replica(SamplePrograms.residual())) {
            use(small, 64);
            long said = small.nativeBytes();
            // Examples on the heap are made before, so that what grows is native.
            var batch = SamplePrograms.batch(0, 16_384, FEATURES);
            float[] gradient = new float[large.parameterCount()];
            long before = Pointer.physicalBytes();

            large.gradient(batch, 1, false, gradient);

            long grown = Pointer.physicalBytes() - before;
            assertThat(large.nativeBytes()).isGreaterThan(said + (64L << 20));
            assertThat((double) large.nativeBytes()).isCloseTo(grown, within(0.2 * grown));
        }
    }

    @Test
    void staysTheSameBeyondWhatDenseLayersTakeAtOnce() {
        try (Replica replica = replica(SamplePrograms.dense(FEATURES, 17))) {
            use(replica, 512);
            long parts = replica.nativeBytes();
            use(replica, 2048);
            assertThat(replica.nativeBytes()).isEqualTo(parts);
        }
    }
}
