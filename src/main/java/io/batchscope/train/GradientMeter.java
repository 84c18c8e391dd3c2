package io.batchscope.train;

import io.batchscope.plan.Measures;
import io.batchscope.plan.RunPlan;
import io.batchscope.result.StepMeasures;
import io.batchscope.scaling.AdaScaleGain;
import io.batchscope.train.Replica.Range;
import io.batchscope.train.Synchronizer.Wanted;
import io.batchscope.units.BatchTrajectory;
import org.jspecify.annotations.Nullable;

/**
 * What is measured of a run's gradients on the way, and in which updates. Every rank has one, as all must agree on when; the
 * numbers of the first rank count.
 */
final class GradientMeter {
    /** Numbers of {@link #state}. */
    static final int NUMBERS = NoiseAverage.NUMBERS;

    private static final double LEAST_WEIGHT = 0.02;
    private static final double MOST_WEIGHT = 0.2;

    /** About so many averages of the noise, one after the other, that share no measurement, fit in a run. */
    private static final double AVERAGES = 4;

    private final Measures measures;
    private final Pacing pacing;
    private final Replica replica;
    private final boolean keepsNorms;
    private final NoiseAverage average;
    private final Range[] free;
    private final float[] start;

    /** @param first whether this is the first rank */
    GradientMeter(RunPlan plan, Pacing pacing, Replica replica, boolean first) {
        this.measures = plan.measures();
        this.pacing = pacing;
        this.replica = replica;
        this.keepsNorms = first && measures.normsEvery() > 0;
        long every = plan.pace().measuresNoise() ? 1 : Math.max(1, measures.noiseEvery());
        double samples = Math.max(1.0, (double) plan.plannedSteps() / every);
        this.average = new NoiseAverage(Math.max(LEAST_WEIGHT, Math.min(MOST_WEIGHT, AVERAGES / samples)), 0);
        this.free = new GradientParts(replica.heldParameters(), replica.parameterCount()).free();
        this.start = new float[keepsNorms ? replica.parameterCount() : 0];
    }

    /** Vectors as long as the parameters that the first rank keeps. */
    static int vectors(RunPlan plan) {
        return plan.measures().normsEvery() > 0 ? 1 : 0;
    }

    /** Takes note of where the parameters begin: to be called while the replica has the parameters that it was made with. */
    void begin() {
        if (keepsNorms) {
            replica.readParameters(start);
        }
    }

    /** What to measure in an update that is next. */
    Wanted wanted(RunState state, long step) {
        boolean norms = keepsNorms && (pacing.isLast(step) || state.isDue(step, measures.normsEvery()));
        boolean noise = measures.noiseEvery() > 0 && state.isDue(step, measures.noiseEvery());
        return norms || noise ? new Wanted(norms, noise) : Wanted.NOTHING;
    }

    /** Takes in what an update tells of its noise. */
    void add(@Nullable NoiseSample sample) {
        if (sample != null) {
            average.add(sample);
        }
    }

    /** ‖w − w₀‖₂ over what is not held. */
    double distance(float[] parameters) {
        double sum = 0;
        for (Range range : free) {
            sum += SquaredNorm.ofDifference(parameters, range.from(), range.to(), start, range.from());
        }
        return Math.sqrt(sum);
    }

    /** The averaged noise scale in examples; null if it cannot be told. */
    @Nullable
    Double noiseScale() {
        return average.noiseScale();
    }

    /** The columns of update {@code step}'s row, after its sample was added. */
    StepMeasures row(long step, @Nullable Agreement agreement, @Nullable Double distance) {
        NoiseSample sample = agreement == null ? null : agreement.squares();
        Double change = agreement == null ? null : agreement.updateNorm();
        if (sample == null) {
            return change == null && distance == null
                    ? StepMeasures.NONE
                    : new StepMeasures(null, null, null, null, null, finite(change), finite(distance));
        }
        BatchTrajectory trajectory = pacing.trajectory();
        int size = trajectory.sizeOf(step);
        return new StepMeasures(
                sample.partExamples(),
                sample.noise(),
                sample.signal(),
                average.cosine(size, trajectory.examples()),
                gain(size),
                finite(change),
                finite(distance));
    }

    private @Nullable Double gain(int size) {
        double scale = (double) size / measures.baseBatch();
        return average.isPositive()
                ? (Double) AdaScaleGain.of(average.noise() / measures.baseBatch(), average.signal(), scale)
                : null;
    }

    private static @Nullable Double finite(@Nullable Double value) {
        return value != null && Double.isFinite(value) ? value : null;
    }

    /** What it needs to go on elsewhere. */
    double[] state() {
        return average.state();
    }

    /** Goes on with what another one knew, {@link #NUMBERS} numbers from {@code at} on. */
    void restore(double[] numbers, int at) {
        average.restore(numbers, at);
    }
}
