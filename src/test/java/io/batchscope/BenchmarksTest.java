package io.batchscope;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.testing.CompiledBenchmarks;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmarks are built by hand only; that they still fit the program must not wait until then. */
class BenchmarksTest {
    @TempDir
    Path classes;

    @Test
    void compile() throws IOException {
        assertThat(CompiledBenchmarks.into(classes)).isEmpty();
        assertThat(classes.resolve("io/batchscope/benchmark/Steps.class")).exists();
    }
}
