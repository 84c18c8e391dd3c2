package io.batchscope.study;

import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.Pace;
import io.batchscope.plan.RunPlan;
import io.batchscope.result.ArithmeticMeasures;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.GradientMeasures;
import io.batchscope.result.Outcome;
import io.batchscope.result.ProbeRecord;
import io.batchscope.result.Provenance;
import io.batchscope.result.RunRecord;
import io.batchscope.result.RunResult;
import io.batchscope.result.StepRecord;
import io.batchscope.train.DistanceFit;
import io.batchscope.train.LossOscillation;
import io.batchscope.train.NoiseScaleEstimate;
import io.batchscope.train.TrainedRun;
import io.batchscope.units.BatchTrajectory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a run from its plan and what training gave.
 *
 * @param model the study's model
 * @param provenance where its results come from
 * @param memory what its workers need and have
 * @param times how long its runs were expected to take
 */
public record RunRecords(ModelFacts model, Provenance provenance, WorkerMemory memory, TimeForecast times) {
    /** Of runs whose time nobody has predicted. */
    public RunRecords(ModelFacts model, Provenance provenance, WorkerMemory memory) {
        this(model, provenance, memory, TimeForecast.NONE);
    }

    /** Everything a run leaves. Rows of updates whose loss or gradient is not finite are left out: the outcome has their step. */
    public RunResult result(RunPlan plan, TrainedRun run, Instant startedAt) {
        List<StepRecord> steps = run.stepRows().stream()
                .filter(row -> Double.isFinite(row.loss()) && finiteOrNone(row.gradientNorm()))
                .toList();
        List<EvalRecord> evals = run.evalRows().stream()
                .filter(row -> Double.isFinite(row.loss()))
                .toList();
        List<ProbeRecord> probes = Stream.of(memory.rows(plan), times.rows(plan, run), run.probeRows())
                .flatMap(List::stream)
                .toList();
        return new RunResult(row(plan, run, startedAt), steps, evals, probes);
    }

    /**
     * The row in {@code runs}. {@code gap_loss} is test − train loss and {@code gap_accuracy} train − test accuracy, so
     * that both grow as generalization worsens. {@code loss_oscillation} is
     * {@link LossOscillation}.
     */
    public RunRecord row(RunPlan plan, TrainedRun run, Instant startedAt) {
        BatchTrajectory trained = run.trajectory();
        BatchTrajectory geometry = trained == null ? plan.geometry() : trained;
        OptionalDouble oscillation = LossOscillation.of(run.stepRows());
        boolean failed = run.outcome() instanceof Outcome.Failed;
        Long stepsToTarget = run.stepsToTarget();
        EvalRecord train = atEnd(run, "train");
        EvalRecord validation = atEnd(run, "validation");
        EvalRecord test = atEnd(run, "test");
        long examples = geometry.examplesAfter(run.steps());
        NoiseScaleEstimate noise = NoiseScaleEstimate.of(run.stepRows(), plan.trainExamples(), withoutNoise(plan));
        return new RunRecord(
                plan.study(),
                plan.runId(),
                plan.recipe().name(),
                plan.recipe().number(),
                plan.batchSize(),
                geometry.batchSizeAt(Math.max(0, run.steps() - 1)),
                plan.seed(),
                plan.synchronization().mode().label(),
                plan.workers(),
                plan.layout().perWorker(),
                plan.layout().accumulation(),
                plan.microBatch(),
                (int) Math.min(Integer.MAX_VALUE, plan.synchronization().everySteps()),
                plan.synchronization().settings(),
                plan.synchronization().updateBatch(plan.batchSize(), plan.workers()),
                plan.synchronization().syncExamples(plan.batchSize()),
                plan.replica().label(),
                label(plan.optimizer().name()),
                plan.optimizer().momentum(),
                plan.optimizer().weightDecay(),
                plan.optimizer().settings(),
                plan.regularization().describe(),
                plan.labelNoise(),
                label(plan.scalingRule()),
                plan.baseLearningRate(),
                peak(plan, run),
                plan.learningRateFactor(),
                plan.warmupSteps(),
                plan.schedule().describe(),
                plan.pace().describe(),
                plan.plannedSteps(),
                run.outcome().label(),
                run.outcome().detail(),
                run.steps(),
                examples,
                geometry.epochsAfter(run.steps()),
                stepsToTarget,
                stepsToTarget == null ? null : geometry.examplesAfter(stepsToTarget),
                run.secondsToTarget(),
                loss(train),
                accuracy(train),
                loss(validation),
                accuracy(validation),
                loss(test),
                accuracy(test),
                difference(loss(test), loss(train)),
                difference(accuracy(train), accuracy(test)),
                run.trainSeconds() > 0 ? finite(examples / run.trainSeconds()) : null,
                failed ? null : finite(run.trainSeconds()),
                failed ? null : finite(run.computeSeconds()),
                failed ? null : finite(run.syncSeconds()),
                failed ? null : finite(run.dataSeconds()),
                run.peakMemoryBytes(),
                run.peakHeapBytes(),
                run.peakOffHeapBytes(),
                run.bytesSent(),
                last(run, StepRecord::replicaDivergence),
                oscillation.isPresent() ? oscillation.getAsDouble() : null,
                noise.value(),
                gradients(run, noise),
                arithmetic(run, geometry),
                run.gpu(),
                // Parquet keeps microseconds.
                startedAt.truncatedTo(ChronoUnit.MICROS),
                label(plan.task()),
                plan.dataFingerprint(),
                plan.modelFingerprint(),
                model.description(),
                model.parameterCount(),
                plan.trainExamples(),
                run.hosts().isEmpty() ? null : String.join(",", run.hosts()),
                provenance.commit(),
                provenance.configHash(),
                provenance.batchscopeVersion(),
                provenance.javaVersion(),
                provenance.operatingSystem(),
                provenance.backend(),
                provenance.sparkVersion());
    }

    /** What the run did and how fast, as far as it is known how much its examples take. */
    private ArithmeticMeasures arithmetic(TrainedRun run, BatchTrajectory geometry) {
        Double each = model.flopsPerExample();
        if (each == null || run.outcome() instanceof Outcome.Failed) {
            return new ArithmeticMeasures(each, null, null, null, null, run.gemmFlopsPerSecond());
        }
        double all = each * geometry.examplesAfter(run.steps());
        Long toTarget = run.stepsToTarget();
        return new ArithmeticMeasures(
                each,
                all,
                toTarget == null ? null : (Double) (each * geometry.examplesAfter(toTarget)),
                run.computeSeconds() > 0 && all > 0 ? finite(all / run.computeSeconds()) : null,
                run.trainSeconds() > 0 && all > 0 ? finite(all / run.trainSeconds()) : null,
                run.gemmFlopsPerSecond());
    }

    /** Why a run's gradient noise may not have been measured. */
    private String withoutNoise(RunPlan plan) {
        if (!plan.usesStepLoop()) {
            return "Deeplearning4j trains, which shows no gradients";
        }
        if (!plan.synchronization().exact()) {
            return "workers do not follow the mean gradient of the batch";
        }
        if (plan.largestBatch() < 2) {
            return "a batch of one example has one gradient, and nothing to compare it with";
        }
        if (plan.microBatch() < 2) {
            return "micro-batches of one example have no parts to compare";
        }
        return model.normalizes()
                ? "parts of a batch would be normalized otherwise than the whole"
                : "it ended before a measurement, or measure.noise-every is never";
    }

    private static GradientMeasures gradients(TrainedRun run, NoiseScaleEstimate noise) {
        DistanceFit distance = DistanceFit.of(run.stepRows());
        return new GradientMeasures(
                noise.noise(),
                noise.signal(),
                noise.low(),
                noise.high(),
                noise.detail(),
                noise.cosine(),
                gain(run),
                distance.last(),
                distance.slope(),
                distance.rSquared());
    }

    /** Rows are about equally far apart, so their mean is the run's. */
    private static @Nullable Double gain(TrainedRun run) {
        double[] gains = run.stepRows().stream()
                .map(row -> row.gain() == null ? row.measures().adascaleGain() : row.gain())
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .toArray();
        return gains.length == 0 ? null : finite(StatUtils.mean(gains));
    }

    /** The highest rate; where it is multiplied by what the pace decides, the highest in the rows. */
    private static double peak(RunPlan plan, TrainedRun run) {
        return plan.pace().equals(Pace.Planned.CONSTANT)
                ? plan.peakLearningRate()
                : run.stepRows().stream()
                        .mapToDouble(StepRecord::learningRate)
                        .max()
                        .orElse(plan.peakLearningRate());
    }

    /** The last measurement of a split at the end of a run that has a meaningful end. */
    private static @Nullable EvalRecord atEnd(TrainedRun run, String split) {
        if (run.outcome() instanceof Outcome.Failed || run.outcome() instanceof Outcome.Diverged) {
            return null;
        }
        return run.evalRows().stream()
                .filter(row -> row.step() == run.steps() && row.split().equals(split))
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    private static @Nullable Double loss(@Nullable EvalRecord measured) {
        return measured == null ? null : finite(measured.loss());
    }

    private static @Nullable Double accuracy(@Nullable EvalRecord measured) {
        return measured == null ? null : measured.accuracy();
    }

    private static @Nullable Double difference(@Nullable Double minuend, @Nullable Double subtrahend) {
        return minuend == null || subtrahend == null ? null : Double.valueOf(minuend - subtrahend);
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? Double.valueOf(value) : null;
    }

    private static boolean finiteOrNone(@Nullable Double value) {
        return value == null || Double.isFinite(value);
    }

    /** The last one measured. */
    private static @Nullable Double last(TrainedRun run, Function<StepRecord, @Nullable Double> column) {
        return run.stepRows().stream()
                .<@Nullable Double>map(column)
                .filter(Objects::nonNull)
                .reduce((earlier, later) -> later)
                .orElse(null);
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
