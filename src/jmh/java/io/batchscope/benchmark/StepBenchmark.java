package io.batchscope.benchmark;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Milliseconds of one training step, for work on one contender; steps.sh is for comparing them. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class StepBenchmark {
    @Param({"fused", "dl4j", "shipped"})
    public String contender = "";

    @Param({"mlp", "cnn", "resnet8"})
    public String model = "";

    @Param({"1", "32", "128"})
    public int batch;

    private TrainingStep step = new Nothing();

    @Setup
    public void prepare() {
        step = Contender.of(contender).step(Workload.of(model), batch);
    }

    @Benchmark
    public void step() {
        step.run();
    }

    @TearDown
    public void release() {
        step.close();
    }

    /** Before the set-up. */
    private record Nothing() implements TrainingStep {
        @Override
        public void run() {}

        @Override
        public void close() {}
    }
}
