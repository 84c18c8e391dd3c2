package io.batchscope.nn;

import io.batchscope.plan.OptimizerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A study's optimizer as Deeplearning4j's own updater and regularization. What both mean is compared in {@code
 * Nd4jUpdatersTest}: plain descent, Adam and AdamW are alike but for Adam's ε; Nesterov's momentum is another when the rate
 * changes, because Deeplearning4j's has the rate in it.
 */
final class Updaters {
    private Updaters() {}

    /**
     * Gives a network, before its first use, the updater and weight decay of a study; its own L2 penalties stay.
     *
     * @throws ModelException if Deeplearning4j has no such updater, or would leave a parameter out
     */
    static void set(Network network, OptimizerConfig optimizer, ISchedule rates) {
        IUpdater updater = updater(optimizer, rates);
        @Nullable Regularization decay = decay(optimizer);
        for (Layer layer : network.layers()) {
            if (layer.conf().getLayer() instanceof BaseLayer settings) {
                settings.setIUpdater(updater.clone());
                settings.setBiasUpdater(null);
                if (decay != null) {
                    settings.setRegularization(with(decay, settings.getRegularization()));
                    settings.setRegularizationBias(with(decay, settings.getRegularizationBias()));
                }
            }
            requireAll(layer, updater, decay);
        }
    }

    private static IUpdater updater(OptimizerConfig optimizer, ISchedule rates) {
        return switch (optimizer.name()) {
            case SGD -> {
                if (optimizer.momentum() > 0) {
                    throw new ModelException("optimizer sgd with momentum " + optimizer.momentum()
                            + " (study.optimizer): Deeplearning4j's own training has no heavy-ball momentum; use nesterov,"
                            + " momentum 0 or another sync.mode");
                }
                yield new Sgd(rates);
            }
            case NESTEROV -> new Nesterovs(rates, optimizer.momentum());
            case ADAM, ADAMW ->
                Adam.builder()
                        .learningRateSchedule(rates)
                        .beta1(optimizer.beta1())
                        .beta2(optimizer.beta2())
                        .epsilon(optimizer.epsilon())
                        .build();
            case LARS, LAMB ->
                throw new ModelException("optimizer " + optimizer.name().name().toLowerCase(Locale.ROOT)
                        + " (study.optimizer): Deeplearning4j's own training has no rates by layer; use another optimizer"
                        + " or another sync.mode");
        };
    }

    /** Of AdamW, ND4J has the decay that is applied after the updater, at the update's rate. */
    private static @Nullable Regularization decay(OptimizerConfig optimizer) {
        if (optimizer.weightDecay() == 0) {
            return null;
        }
        return optimizer.name() == OptimizerConfig.Name.ADAMW
                ? new WeightDecay(optimizer.weightDecay(), true)
                : new L2Regularization(optimizer.weightDecay());
    }

    private static List<Regularization> with(Regularization decay, @Nullable List<Regularization> rules) {
        List<Regularization> all = new ArrayList<>(Penalties.orEmpty(rules));
        all.add(decay);
        return all;
    }

    private static void requireAll(Layer layer, IUpdater updater, @Nullable Regularization decay) {
        if (layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop) {
            return;
        }
        org.deeplearning4j.nn.conf.layers.Layer settings = layer.conf().getLayer();
        for (String key : layer.paramTable().keySet()) {
            if (isStatistic(layer, key)) {
                continue;
            }
            String place = "parameter " + key + " of a " + settings.getClass().getSimpleName() + " (study.model): ";
            if (!updater.equals(settings.getUpdaterByParam(key))) {
                throw new ModelException(place + "Deeplearning4j's own training lets nobody choose its updater; use"
                        + " another sync.mode");
            }
            if (decay != null
                    && !Penalties.orEmpty(settings.getRegularizationByParam(key))
                            .contains(decay)) {
                throw new ModelException(place + "Deeplearning4j's own training has no weight decay for it; set"
                        + " study.optimizer.weight-decay to 0 or use another sync.mode");
            }
        }
    }

    private static boolean isStatistic(Layer layer, String key) {
        return layer instanceof BatchNormalization
                && !key.equals(BatchNormalizationParamInitializer.GAMMA)
                && !key.equals(BatchNormalizationParamInitializer.BETA);
    }
}
