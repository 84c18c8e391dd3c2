package io.batchscope.nn;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * The residual blocks of a graph whose main branch ends in a batch normalization. A block is a sum of which one term, the
 * main branch, has more vertices behind it than any other; the others are shortcuts, with or without a projection.
 */
final class ResidualBlocks {
    /** What {@link #startingAsIdentities} does, in descriptions of models. */
    static final String DESCRIPTION = "residual blocks start as their shortcuts";

    private final ComputationGraphConfiguration configuration;
    private final Map<String, Integer> depths = new HashMap<>();

    private ResidualBlocks(ComputationGraphConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * Lets the scale γ of the last normalization of every residual block start at 0, so that the block begins as its shortcut
     * (Goyal et al. 2017, section 5.1). Changes and returns the configuration.
     *
     * @param place how messages name the model
     * @throws ModelException if there is no such block, or if a γ could never leave 0
     */
    static ComputationGraphConfiguration startingAsIdentities(
            ComputationGraphConfiguration configuration, String place) {
        ResidualBlocks blocks = new ResidualBlocks(configuration);
        int found = 0;
        for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
            if (vertex.getValue() instanceof ElementWiseVertex sum && sum.getOp() == ElementWiseVertex.Op.Add) {
                BatchNormalization last = blocks.lastNormalization(vertex.getKey());
                if (last != null) {
                    if (last.isLockGammaBeta()) {
                        throw new ModelException("model " + place + ": normalization '" + last.getLayerName()
                                + "' must be free to learn its scale, which zero-init-residual"
                                + " (study.model.zero-init-residual) starts at 0, but that is locked; unlock it, or"
                                + " leave zero-init-residual out");
                    }
                    last.setGamma(0);
                    found++;
                }
            }
        }
        if (found == 0) {
            throw new ModelException("model " + place + ": must have residual blocks that end in a batch normalization"
                    + " for zero-init-residual (study.model.zero-init-residual), but has none; use such a model, or"
                    + " leave zero-init-residual out");
        }
        return configuration;
    }

    /** That of the main branch of a sum; null if the sum has none or its main branch ends in something else. */
    private @Nullable BatchNormalization lastNormalization(String sum) {
        List<String> terms = inputs(sum);
        int most = terms.stream().mapToInt(this::depth).max().orElse(0);
        List<String> deepest =
                terms.stream().filter(term -> depth(term) == most).toList();
        return deepest.size() == 1 && terms.size() > 1 ? normalization(deepest.get(0)) : null;
    }

    /** The normalization whose result this is, nothing or dropout in between; null if there is none. */
    private @Nullable BatchNormalization normalization(String name) {
        if (!(configuration.getVertices().get(name) instanceof LayerVertex vertex)) {
            return null;
        }
        Layer layer = vertex.getLayerConf().getLayer();
        if (layer instanceof BatchNormalization normalization) {
            return normalization;
        }
        return passesOn(layer) ? normalization(inputs(name).get(0)) : null;
    }

    private static boolean passesOn(Layer layer) {
        return layer instanceof DropoutLayer
                || (layer instanceof ActivationLayer activation
                        && activation.getActivationFn() instanceof ActivationIdentity);
    }

    /** Vertices on the longest way from the network's input to this one. */
    private int depth(String name) {
        Integer known = depths.get(name);
        if (known != null) {
            return known;
        }
        int depth = 1 + inputs(name).stream().mapToInt(this::depth).max().orElse(-1);
        depths.put(name, depth);
        return depth;
    }

    private List<String> inputs(String name) {
        return configuration.getVertexInputs().getOrDefault(name, List.of());
    }
}
