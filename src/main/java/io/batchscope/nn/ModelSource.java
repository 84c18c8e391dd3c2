package io.batchscope.nn;

import io.batchscope.train.Parameters;
import java.io.Serializable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * All that is needed to build a network anywhere: Deeplearning4j's own JSON and, for a saved model, its parameters.
 *
 * @param graph whether the JSON is of a ComputationGraphConfiguration
 * @param start parameters to start from; null: initialised from the run's seed
 */
record ModelSource(boolean graph, String json, @Nullable Parameters start) implements Serializable {
    /** Deeplearning4j draws initial weights from a generator that threads of one JVM may share. */
    private static final Object INITIALIZATION = new Object();

    /** The network with its start parameters. */
    Network build(long seed) {
        NativeThreads.limit();
        synchronized (INITIALIZATION) {
            Seeds.apply(seed);
            Network network = graph ? buildGraph(seed) : buildSequential(seed);
            if (start != null) {
                FlatArrays.write(start.values(), network.parameters());
            }
            return network;
        }
    }

    private Network buildSequential(long seed) {
        MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(json);
        configuration.setDataType(DataType.FLOAT);
        configuration.getConfs().forEach(layer -> prepare(layer, seed));
        MultiLayerNetwork network = new MultiLayerNetwork(configuration);
        network.init();
        return new Network.Sequential(network);
    }

    private Network buildGraph(long seed) {
        ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(json);
        configuration.setDataType(DataType.FLOAT);
        prepare(configuration.getDefaultConfiguration(), seed);
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layer) {
                prepare(layer.getLayerConf(), seed);
            }
        }
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return new Network.Graph(network);
    }

    private static void prepare(NeuralNetConfiguration layer, long seed) {
        layer.setSeed(Seeds.usable(seed));
        layer.setDataType(DataType.FLOAT);
        // Makes score() a mean over the examples; the gradients are sums either way.
        layer.setMiniBatch(true);
    }
}
