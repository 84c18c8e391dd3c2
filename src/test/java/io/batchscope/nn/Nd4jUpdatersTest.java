package io.batchscope.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.train.UpdateRule;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.WeightDecay;

/** The update rules beside ND4J's updaters, over ten updates with another gradient each. */
class Nd4jUpdatersTest {
    private static final int UPDATES = 10;
    private static final float[] START = {0.5f, -1.5f, 2f};

    private static float[] gradient(int update) {
        return new float[] {(float) Math.sin(3 * update), (float) Math.cos(update), 1f / (1 + update)};
    }

    private static double rate(boolean constant, int update) {
        return constant ? 0.05 : 0.01 * (1 + update % 4);
    }

    /** ND4J's parameters: the updater turns a gradient into what is subtracted; its state starts as zeros. */
    private static float[] theirs(DoubleFunction<IUpdater> at, boolean constant, double decay) {
        INDArray w = Nd4j.createFromArray(START).reshape(1, START.length);
        long size = at.apply(1).stateSize(START.length);
        INDArray state = size == 0 ? null : Nd4j.zeros(DataType.FLOAT, 1, size);
        for (int update = 0; update < UPDATES; update++) {
            double rate = rate(constant, update);
            GradientUpdater<?> updater = at.apply(rate).instantiate(state, false);
            INDArray step = Nd4j.createFromArray(gradient(update)).reshape(1, START.length);
            updater.applyUpdater(step, update, 0);
            if (decay > 0) {
                new WeightDecay(decay, true).apply(w, step, rate, update, 0);
            }
            w.subi(step);
        }
        return w.dup().data().asFloat();
    }

    private static float[] ours(UpdateRule rule, boolean constant, boolean scaleState) {
        return ours(update -> rule, constant, scaleState);
    }

    private static float[] ours(IntFunction<UpdateRule> ruleOf, boolean constant, boolean scaleState) {
        float[] w = START.clone();
        float[][] state = new float[ruleOf.apply(0).stateVectors()][w.length];
        for (int update = 0; update < UPDATES; update++) {
            if (scaleState && update > 0) {
                float ratio = (float) (rate(constant, update - 1) / rate(constant, update));
                for (int i = 0; i < w.length; i++) {
                    state[0][i] *= ratio;
                }
            }
            ruleOf.apply(update).update(w, gradient(update), state, rate(constant, update), update);
        }
        return w;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void plainDescentIsTheirs(boolean constant) {
        assertThat(ours(new UpdateRule.Sgd(0, 0), constant, false))
                .containsExactly(theirs(Sgd::new, constant, 0), within(2e-6f));
    }

    /**
     * Theirs keeps v = −η·u: the same iterates at a constant rate; at another they are ours with u scaled by the ratio
     * of the last rate to the new one.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nesterovIsTheirsButForTheRateInTheMomentum(boolean constant) {
        UpdateRule rule = new UpdateRule.Nesterov(0.9, 0);
        float[] theirs = theirs(rate -> new Nesterovs(rate, 0.9), constant, 0);

        assertThat(ours(rule, constant, true)).containsExactly(theirs, within(2e-6f));
        if (!constant) {
            assertThat(Math.abs(ours(rule, false, false)[0] - theirs[0])).isGreaterThan(1e-3f);
        }
    }

    /**
     * Theirs adds ε to √b before it is corrected, so it is ours with ε/√(1 − β₂ᵗ). At the usual 1e-8 floats hardly tell
     * them apart.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void adamIsTheirs(boolean constant) {
        assertThat(ours(new UpdateRule.Adam(0.9, 0.999, 1e-8, 0), constant, false))
                .containsExactly(theirs(Adam::new, constant, 0), within(2e-6f));
        double epsilon = 0.05;
        float[] theirs = theirs(rate -> new Adam(rate, 0.9, 0.999, epsilon), constant, 0);
        IntFunction<UpdateRule> adapted =
                update -> new UpdateRule.Adam(0.9, 0.999, epsilon / Math.sqrt(1 - Math.pow(0.999, update + 1)), 0);
        assertThat(ours(adapted, constant, false)).containsExactly(theirs, within(2e-6f));
        assertThat(Math.abs(ours(new UpdateRule.Adam(0.9, 0.999, epsilon, 0), constant, false)[0] - theirs[0]))
                .isGreaterThan(1e-3f);
    }

    /** ND4J has no AdamW, but a WeightDecay that is applied after the updater: it subtracts η·λ·w as well. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void adamWIsTheirAdamWithWeightDecayBesideIt(boolean constant) {
        assertThat(ours(new UpdateRule.AdamW(0.9, 0.999, 1e-8, 0.5), constant, false))
                .containsExactly(theirs(Adam::new, constant, 0.5), within(2e-6f));
    }
}
