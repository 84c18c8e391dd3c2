package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.OptimizerConfig.Name;
import io.batchscope.testing.ForwardingReplica;
import io.batchscope.testing.QuadraticReplica;
import io.batchscope.train.ParameterTensor.Kind;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an update does to one tensor and not to another, and to a gradient that is too long. */
class TensorUpdateTest {
    private static final Offset<Float> CLOSE = within(2e-6f);
    private static final double NEVER = Double.POSITIVE_INFINITY;

    /** Two weights, a bias, a held parameter, a scale. */
    private static class Small extends ForwardingReplica {
        Small() {
            super(new QuadraticReplica(5));
        }

        @Override
        public List<ParameterTensor> tensors() {
            return List.of(
                    new ParameterTensor("layer0_W", 0, 2, Kind.WEIGHT),
                    new ParameterTensor("layer0_b", 2, 3, Kind.BIAS),
                    new ParameterTensor("layer1_gamma", 4, 5, Kind.NORMALIZATION));
        }

        @Override
        public List<Range> heldParameters() {
            return List.of(new Range(3, 4));
        }
    }

    private static OptimizerConfig config(Name name, double weightDecay, boolean decaysAll, double clipNorm) {
        return new OptimizerConfig(name, 0.5, weightDecay, 0.5, 0.5, 0.25, 0.1, decaysAll, clipNorm);
    }

    private static float[] updated(OptimizerConfig optimizer, Replica replica, double rate, float[]... gradients) {
        ParameterUpdate update = new ParameterUpdate(optimizer, replica);
        System.arraycopy(new float[] {3, 4, 2, 7, 1}, 0, update.parameters(), 0, 5);
        for (int step = 0; step < gradients.length; step++) {
            update.apply(gradients[step].clone(), rate, step);
        }
        float[] taken = new float[5];
        replica.readParameters(taken);
        assertThat(taken).as("what the replica has").isEqualTo(update.parameters());
        return taken;
    }

    @Test
    void larsGivesEachTensorItsRateByHand() {
        // λ = 0.2, κ = 0.1, η = 2, ‖g‖ of the weight 1: 3 − 0.5·1.2 and 4 − 0.5·1.6
        // bias: 2 − 2·4; scale: 1 + 2·1
        float[] g = {0.6f, 0.8f, 4, 5, -1};
        assertThat(updated(config(Name.LARS, 0.2, false, NEVER), new Small(), 2, g))
                .containsExactly(new float[] {2.4f, 3.2f, -6, 2, 3}, CLOSE);
        // bias: rate 2·0.1·2/(4 + 0.4) = 1/11, 2 − 4.4/11; scale: 2·0.1·1/(1 + 0.2) = 1/6, 1 + 0.8/6
        assertThat(updated(config(Name.LARS, 0.2, true, NEVER), new Small(), 2, g))
                .containsExactly(new float[] {2.4f, 3.2f, 1.6f, 2, 1.1333333f}, CLOSE);
    }

    @Test
    void lambGivesEachTensorItsRateByHand() {
        // ε = 0.25, λ = 0.5, η = 0.1; the weight as in LayerwiseRuleTest.followsLambByHand
        // bias: 2 − 0.1·4/4.25; scale: 1 + 0.1·1/1.25
        float[] g = {1, -2, 4, 5, -1};
        assertThat(updated(config(Name.LAMB, 0.5, false, NEVER), new Small(), 0.1, g))
                .containsExactly(new float[] {2.549783f, 3.7825038f, 1.9058824f, 2, 1.08f}, CLOSE);
        // One number's r/‖r‖ is its sign: 2 − 0.1·2; r = −0.8 + 0.5, 1 + 0.1·1
        assertThat(updated(config(Name.LAMB, 0.5, true, NEVER), new Small(), 0.1, g))
                .containsExactly(new float[] {2.549783f, 3.7825038f, 1.8f, 2, 1.1f}, CLOSE);
    }

    @ParameterizedTest
    @EnumSource(Name.class)
    void decayOnWeightsAloneLeavesBiasesAndNormalizationsAsWithoutDecay(Name name) {
        float[] first = {1, -2, 4, 0, -1};
        float[] second = {0.5f, 1, -1, 0, 2};
        float[] none = updated(config(name, 0, false, NEVER), new Small(), 0.1, first, second);
        float[] weights = updated(config(name, 0.5, false, NEVER), new Small(), 0.1, first, second);
        float[] all = updated(config(name, 0.5, true, NEVER), new Small(), 0.1, first, second);

        assertThat(weights[2]).isEqualTo(none[2]).isNotEqualTo(all[2]);
        assertThat(weights[4]).isEqualTo(none[4]).isNotEqualTo(all[4]);
        for (int i = 0; i < 2; i++) {
            assertThat(weights[i]).isEqualTo(all[i]).isNotEqualTo(none[i]);
        }
    }

    @Test
    void aLongGradientIsShortenedToTheNormAndKeepsItsDirection() {
        // ‖(2, −4, 4, −8)‖ = 10, so 2.5 is a quarter of it; what stands in the held place is neither counted nor
        // shortened.
        float[] clipped = updated(config(Name.SGD, 0, true, 2.5), new Small(), 1, new float[] {2, -4, 4, 1000, -8});

        assertThat(clipped).containsExactly(3 - 0.5f, 4 + 1, 2 - 1, 7 - 1000, 1 + 2);
    }

    @ParameterizedTest
    @EnumSource(Name.class)
    void aGradientThatIsShortEnoughIsLeftToTheBit(Name name) {
        float[] g = {2, -4, 4, 1000, -8};

        assertThat(updated(config(name, 0.1, false, 10), new Small(), 0.1, g, g))
                .isEqualTo(updated(config(name, 0.1, false, NEVER), new Small(), 0.1, g, g));
    }

    @ParameterizedTest
    @EnumSource(Name.class)
    void everyRuleSeesTheShortenedGradient(Name name) {
        float[] g = {2, -4, 4, 0, -8};
        float[] quarter = {0.5f, -1, 1, 0, -2};

        assertThat(updated(config(name, 0.1, false, 2.5), new Small(), 0.1, g, quarter))
                .isEqualTo(updated(config(name, 0.1, false, NEVER), new Small(), 0.1, quarter, quarter));
    }

    /** 1 − η·(c/‖g‖·g + λ·w): the decay is not shortened, and the model's own penalty is. */
    @Test
    void decayComesAfterClippingAndThePenaltyBefore() {
        Replica penalised = new Small() {
            @Override
            public List<WeightPenalty> penalties() {
                return List.of(new WeightPenalty(0, 2, 2));
            }
        };
        // The penalty's gradient 2·(3, 4) is 10 long, half of it is (3, 4); decay 0.5·(3, 4), and of the others 0.5·(2,
        // 1)
        assertThat(updated(config(Name.SGD, 0.5, true, 5), penalised, 0.5, new float[5]))
                .containsExactly(3 - 0.5f * 4.5f, 4 - 0.5f * 6, 2 - 0.5f, 7, 1 - 0.25f);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void clippingDoesNotHideWhatIsNotFinite(float wrong) {
        for (Name name : List.of(Name.SGD, Name.LARS, Name.LAMB)) {
            float[] parameters =
                    updated(config(name, 0, false, 2.5), new Small(), 0.1, new float[] {2, wrong, 4, 0, -8});
            assertThat(Float.isFinite(parameters[1])).as(name.toString()).isFalse();
        }
    }

    @Test
    void tensorsThatLeaveAParameterOutAreRefused() {
        Replica gap = new Small() {
            @Override
            public List<Range> heldParameters() {
                return List.of();
            }
        };
        assertThatThrownBy(() -> new ParameterUpdate(config(Name.SGD, 0, true, NEVER), gap))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("after 3 comes 4");
        Replica twice = new Small() {
            @Override
            public List<Range> heldParameters() {
                return List.of(new Range(2, 4));
            }
        };
        assertThatThrownBy(() -> new ParameterUpdate(config(Name.SGD, 0, true, NEVER), twice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("each once");
    }
}
