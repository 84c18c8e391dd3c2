package io.batchscope.analysis;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepMeasures;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows of {@code runs} made by hand: a sound run of a small study, of which a test changes what it is about. */
public final class RunFixture {
    /** Training examples of every run. */
    public static final long TRAIN_EXAMPLES = 1024;

    private final Map<String, @Nullable Object> values = new HashMap<>();

    private RunFixture(long batchSize, long seed) {
        nothingIn(RunRecord.class);
        with("study", "example").with("runId", "r" + batchSize + "-" + seed).with("batchSize", batchSize);
        with("seed", seed).with("workers", 1).with("perWorkerBatch", batchSize).with("accumulation", 1);
        with("scalingRule", "linear").with("baseLearningRate", 0.1).with("peakLearningRate", 0.1);
        with("outcome", "Completed")
                .with("steps", TRAIN_EXAMPLES * 10 / batchSize)
                .with("epochs", 10.0);
        with("examples", TRAIN_EXAMPLES * 10)
                .with("trainExamples", TRAIN_EXAMPLES)
                .with("task", "classification");
        with("startedAt", Instant.parse("2026-02-03T04:05:06Z"));
    }

    /** A completed run with nothing measured. */
    public static RunFixture run(long batchSize, long seed) {
        return new RunFixture(batchSize, seed);
    }

    /** The tables of a study that has only these runs. */
    public static StudyTables tables(RunFixture... runs) {
        return tables(List.of(), runs);
    }

    /** The tables of a study with these runs and rows of {@code steps}. */
    public static StudyTables tables(List<StepRecord> steps, RunFixture... runs) {
        List<RunRecord> records = Arrays.stream(runs).map(RunFixture::toRecord).toList();
        return new StudyTables(records, steps, List.<EvalRecord>of(), List.<ProbeRecord>of());
    }

    /** A row of {@code steps} of the run that {@link #run} makes. */
    public static StepRecord step(long batchSize, long seed, long step, double loss, double gradientNorm) {
        long examples = step * batchSize;
        double epoch = (double) examples / TRAIN_EXAMPLES;
        return new StepRecord(
                "example",
                "r" + batchSize + "-" + seed,
                batchSize,
                seed,
                step,
                epoch,
                examples,
                null,
                0.1,
                null,
                loss,
                gradientNorm,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                0.01,
                0.001,
                0.0001,
                null,
                StepMeasures.NONE);
    }

    /**
     * A row of {@code steps} of an update about whose time a test is.
     *
     * @param examples of the update's batch
     * @param seconds of the update
     * @param syncSeconds of those, how long it stood still for the sums
     */
    static StepRecord timed(RunRecord run, long examples, double seconds, double syncSeconds, StepMeasures measures) {
        return new StepRecord(
                run.study(),
                run.runId(),
                run.batchSize(),
                run.seed(),
                1,
                0.1,
                run.batchSize(),
                examples,
                0.1,
                null,
                1,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                seconds - syncSeconds,
                syncSeconds,
                0,
                seconds,
                measures);
    }

    /** What a test knows to be there. */
    static Estimate known(@Nullable Estimate estimate) {
        return Objects.requireNonNull(estimate);
    }

    /** The same with another value in this component. */
    public RunFixture with(String component, @Nullable Object value) {
        if (!values.containsKey(component)) {
            throw new IllegalArgumentException("RunRecord has no " + component);
        }
        values.put(component, value);
        return this;
    }

    /** A run that diverged at step 7. */
    public RunFixture diverged() {
        return with("outcome", "Diverged")
                .with("outcomeDetail", "at step 7, loss Infinity")
                .with("steps", 7L);
    }

    private void nothingIn(Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.getType().isRecord()) {
                nothingIn(component.getType());
            } else {
                values.put(component.getName(), nothing(component.getType()));
            }
        }
    }

    /** The row. */
    public RunRecord toRecord() {
        return (RunRecord) toRecord(RunRecord.class);
    }

    private Object toRecord(Class<?> type) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Object[] arguments = Arrays.stream(components)
                .<@Nullable Object>map(component -> component.getType().isRecord()
                        ? toRecord(component.getType())
                        : values.get(component.getName()))
                .toArray();
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Object nothing(Class<?> type) {
        if (type == long.class) {
            return 0L;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == double.class) {
            return 0.0;
        }
        return type == String.class ? "" : null;
    }
}
