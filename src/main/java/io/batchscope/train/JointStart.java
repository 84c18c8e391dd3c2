package io.batchscope.train;

import io.batchscope.plan.RunPlan;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Has all ranks of a run begin alike: with the first rank's start parameters, or with its checkpoint. */
final class JointStart {
    private final RunPlan plan;
    private final Replica replica;
    private final Collective collective;
    private final ParameterUpdate parameterUpdate;
    private final Synchronizer synchronizer;
    private final Pacing pacing;
    private final GradientMeter meter;
    private final RunState state;
    private final MemoryPeaks memory;

    JointStart(
            RunPlan plan,
            Replica replica,
            Collective collective,
            ParameterUpdate parameterUpdate,
            Synchronizer synchronizer,
            Pacing pacing,
            GradientMeter meter,
            RunState state,
            MemoryPeaks memory) {
        this.plan = plan;
        this.replica = replica;
        this.collective = collective;
        this.parameterUpdate = parameterUpdate;
        this.synchronizer = synchronizer;
        this.pacing = pacing;
        this.meter = meter;
        this.state = state;
        this.memory = memory;
    }

    /**
     * Takes the first rank's start parameters: the same seed need not give the same bits on another processor, and ranks
     * that start apart stay apart. Where the first rank has a checkpoint, all take that.
     *
     * @param start of the first rank; others need none
     */
    void begin(@Nullable Checkpoint start) {
        List<float[]> vectors = parameterUpdate.vectors();
        float[] parameters = parameterUpdate.parameters();
        if (start == null || collective.rank() > 0) {
            replica.readParameters(parameters);
        } else {
            start.requireFits(plan, parameters.length, CheckpointCodec.vectors(plan));
            for (int i = 0; i < vectors.size(); i++) {
                System.arraycopy(start.vectors().get(i), 0, vectors.get(i), 0, parameters.length);
            }
            state.restore(start);
            memory.restore(start.peaks());
        }
        if (collective.size() > 1) {
            state.share(collective);
            FirstRank.share(state.step == 0 ? List.of(parameters) : vectors, collective);
        }
        if (collective.size() > 1 || state.step > 0) {
            replica.writeParameters(parameters);
        }
        if (state.step > 0) {
            restore(start, vectors.size());
        }
        state.agree();
    }

    /** What the synchronizer keeps, then what the meter does, then what the pacing does. */
    double[] numbers() {
        return Stream.of(synchronizer.numbers(), meter.state(), pacing.numbers())
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    /** @param start on the first rank; the others have it from there */
    private void restore(@Nullable Checkpoint start, int common) {
        double[] count = {start == null ? 0 : start.numbers().size()};
        FirstRank.share(count, collective);
        double[] numbers = new double[(int) count[0]];
        List<float[]> all = List.of();
        if (start != null) {
            Arrays.setAll(numbers, i -> start.numbers().get(i));
            all = start.vectors().subList(common, start.vectors().size());
        }
        FirstRank.share(numbers, collective);
        int own = synchronizer.numbers().length;
        synchronizer.restore(Arrays.copyOf(numbers, own));
        meter.restore(numbers, own);
        pacing.restore(state.step, Arrays.copyOfRange(numbers, own + GradientMeter.NUMBERS, numbers.length));
        OwnVectors.scatter(all, synchronizer.ownVectors(), collective);
    }
}
