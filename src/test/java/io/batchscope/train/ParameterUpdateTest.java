package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.data.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ParameterUpdateTest {
    private static final int PARAMETERS = 50_001;
    private static final double RATE = 0.1;

    /** Takes parameters and does nothing else. */
    private static class Store implements Replica {
        private final List<Range> held;
        final float[] stored = new float[PARAMETERS];

        Store(Range... held) {
            this.held = List.of(held);
        }

        @Override
        public int parameterCount() {
            return PARAMETERS;
        }

        @Override
        public void readParameters(float[] into) {
            System.arraycopy(stored, 0, into, 0, PARAMETERS);
        }

        @Override
        public void writeParameters(float[] values) {
            System.arraycopy(values, 0, stored, 0, PARAMETERS);
        }

        @Override
        public double gradient(Batch batch, float weight, boolean add, float[] into) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<Range> heldParameters() {
            return held;
        }

        @Override
        public Score score(Batch batch) {
            return Score.NONE;
        }

        @Override
        public void close() {}
    }

    /** One that takes ranges, and notes them. */
    private static final class RangeStore extends Store {
        final List<Range> written = new ArrayList<>();

        RangeStore(Range... held) {
            super(held);
        }

        @Override
        public void writeParameters(float[] values, int from, int to) {
            written.add(new Range(from, to));
            System.arraycopy(values, from, stored, from, to - from);
        }
    }

    /** One whose model has an L2 penalty on its first ten parameters. */
    private static final class PenalisedStore extends Store {
        @Override
        public List<WeightPenalty> penalties() {
            return List.of(new WeightPenalty(0, 10, 0.25));
        }
    }

    @Test
    void thePenaltyIsPartOfTheGradient() {
        ParameterUpdate update = new ParameterUpdate(new UpdateRule.Sgd(0, 0), new PenalisedStore());
        Arrays.fill(update.parameters(), 2);

        update.apply(new float[PARAMETERS], RATE, 0);

        // w − η·λ·w
        assertThat(update.parameters()[9]).isEqualTo(2 - 0.1f * (0.25f * 2));
        assertThat(update.parameters()[10]).isEqualTo(2);
    }

    private static float[] values(int length, int seed) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) Math.sin(seed + i);
        }
        return values;
    }

    private static ParameterUpdate updated(UpdateRule rule, Replica replica, float[] mean) {
        ParameterUpdate update = new ParameterUpdate(rule, replica);
        System.arraycopy(values(PARAMETERS, 1), 0, update.parameters(), 0, PARAMETERS);
        for (int step = 0; step < 3; step++) {
            update.apply(mean, RATE, step);
        }
        return update;
    }

    @Test
    void blocksGiveTheBitsOfAWholeUpdate() {
        for (UpdateRule rule : List.of(
                new UpdateRule.Sgd(0, 0.1),
                new UpdateRule.Sgd(0.9, 0.1),
                new UpdateRule.Nesterov(0.9, 0.1),
                new UpdateRule.Adam(0.9, 0.999, 1e-8, 0.1),
                new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0.1),
                new LayerwiseRule.Lars(0.9, 0.1, 0.01),
                new LayerwiseRule.Lamb(0.9, 0.999, 1e-8, 0.1))) {
            float[] mean = values(PARAMETERS, 2);
            float[] expected = values(PARAMETERS, 1);
            float[][] state = new float[rule.stateVectors()][PARAMETERS];
            for (int step = 0; step < 3; step++) {
                rule.update(expected, mean, state, RATE, step);
            }
            Store replica = new Store();
            ParameterUpdate update = updated(rule, replica, mean);
            assertThat(update.parameters()).as(rule.toString()).isEqualTo(expected);
            assertThat(replica.stored).as(rule.toString()).isEqualTo(expected);
        }
    }

    @Test
    void heldParametersAreLoweredAndTheOthersDoNotNotice() {
        UpdateRule rule = new UpdateRule.Nesterov(0.9, 0.1);
        float[] mean = values(PARAMETERS, 2);
        float[] free = updated(rule, new Store(), mean).parameters();
        Replica.Range large = new Replica.Range(20_000, 40_000);
        Replica.Range small = new Replica.Range(3, 5);
        Replica.Range end = new Replica.Range(PARAMETERS - 1, PARAMETERS);
        Store replica = new Store(large, end, small);
        float[] start = values(PARAMETERS, 1);
        float[] parameters = updated(rule, replica, mean).parameters();
        for (int i = 0; i < PARAMETERS; i++) {
            boolean held = (i >= 3 && i < 5) || (i >= 20_000 && i < 40_000) || i == PARAMETERS - 1;
            float lowered = start[i] - mean[i] - mean[i] - mean[i];
            assertThat(parameters[i]).as("parameter %d", i).isEqualTo(held ? lowered : free[i]);
        }
        assertThat(replica.stored).isEqualTo(parameters);
        assertThat(mean).as("the gradient is left as it is").isEqualTo(values(PARAMETERS, 2));
    }

    @Test
    void rangesFollowEachOtherAndAreAllParameters() {
        RangeStore replica = new RangeStore(new Replica.Range(10, 11), new Replica.Range(11, 12));
        ParameterUpdate update = new ParameterUpdate(new UpdateRule.Sgd(0, 0), replica);
        Arrays.fill(update.parameters(), 1);
        update.apply(new float[PARAMETERS], RATE, 0);
        int end = 0;
        for (Replica.Range range : replica.written) {
            assertThat(range.from()).isEqualTo(end);
            assertThat(range.to()).isGreaterThan(end);
            end = range.to();
        }
        assertThat(end).isEqualTo(PARAMETERS);
        assertThat(replica.stored).containsOnly(1);
    }
}
