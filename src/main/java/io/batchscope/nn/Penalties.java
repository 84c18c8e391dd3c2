package io.batchscope.nn;

import io.batchscope.train.WeightPenalty;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.schedule.FixedSchedule;

/** The L2 penalties in a Deeplearning4j network's configuration. */
final class Penalties {
    private Penalties() {}

    /**
     * The penalties on what is trained, weights and biases alike: Deeplearning4j adds l2·w to the mean gradient before
     * the updater (its L2Regularization).
     */
    static List<WeightPenalty> of(Network network) {
        List<WeightPenalty> penalties = new ArrayList<>();
        for (Layer layer : network.layers()) {
            if (layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop) {
                continue;
            }
            layer.paramTable().forEach((key, values) -> {
                for (Regularization rule : orEmpty(layer.conf().getLayer().getRegularizationByParam(key))) {
                    double l2 = strength(rule);
                    if (l2 > 0) {
                        int from = Math.toIntExact(values.offset());
                        penalties.add(new WeightPenalty(from, from + Math.toIntExact(values.length()), l2));
                    }
                }
            });
        }
        return List.copyOf(penalties);
    }

    /** Takes the penalties out of a network, whose score is then the loss of the data alone. */
    static void remove(Network network) {
        for (Layer layer : network.layers()) {
            if (layer.conf().getLayer() instanceof BaseLayer base) {
                base.setRegularization(new ArrayList<>());
                base.setRegularizationBias(new ArrayList<>());
            }
        }
    }

    /** Those of the rules that are L2 penalties; others are not trained with. */
    static List<Regularization> among(@Nullable List<Regularization> rules) {
        // Deeplearning4j changes these lists.
        List<Regularization> penalties = new ArrayList<>(orEmpty(rules));
        penalties.removeIf(rule -> strength(rule) == 0);
        return penalties;
    }

    static List<Regularization> orEmpty(@Nullable List<Regularization> rules) {
        return rules == null ? List.of() : rules;
    }

    /** 0 for what is no L2 penalty of constant strength. */
    private static double strength(Regularization rule) {
        return rule instanceof L2Regularization l2 && l2.getL2() instanceof FixedSchedule fixed
                ? fixed.valueAt(0, 0)
                : 0;
    }
}
