package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.nn.Model;
import io.batchscope.train.Parameters;
import io.batchscope.train.Replica;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;

/** A step of Deeplearning4j as its users take it: {@code fit(DataSet)}, its own Nesterov updater, its own defaults. */
final class ShippedStep implements TrainingStep {
    private final List<DataSet> batches;
    private final Consumer<DataSet> fit;
    private final Runnable release;
    private int update;

    private ShippedStep(List<DataSet> batches, Consumer<DataSet> fit, Runnable release) {
        this.batches = batches;
        this.fit = fit;
        this.release = release;
    }

    static ShippedStep of(Workload workload, Model model, List<Batch> batches) {
        Parameters start = start(model);
        List<DataSet> data =
                batches.stream().map(batch -> dataSet(workload, batch)).toList();
        if (workload == Workload.RESNET8) {
            ComputationGraph network = graph(model.archive(start));
            return new ShippedStep(data, network::fit, network::close);
        }
        MultiLayerNetwork network = sequential(model.archive(start));
        return new ShippedStep(data, network::fit, network::close);
    }

    private static Parameters start(Model model) {
        try (Replica replica = model.replicas().create(1, 1)) {
            float[] values = new float[replica.parameterCount()];
            replica.readParameters(values);
            return new Parameters(values);
        }
    }

    private static MultiLayerNetwork sequential(byte[] archive) {
        try {
            MultiLayerNetwork saved =
                    ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(archive), false);
            saved.getLayerWiseConfigurations().getConfs().forEach(ShippedStep::withUpdater);
            MultiLayerNetwork network = new MultiLayerNetwork(saved.getLayerWiseConfigurations());
            network.init(saved.params(), true);
            return network;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ComputationGraph graph(byte[] archive) {
        try {
            ComputationGraph saved = ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(archive), false);
            ComputationGraphConfiguration configuration = saved.getConfiguration();
            configuration.getVertices().values().forEach(vertex -> {
                if (vertex instanceof LayerVertex layer) {
                    withUpdater(layer.getLayerConf());
                }
            });
            ComputationGraph network = new ComputationGraph(configuration);
            network.init(saved.params(), true);
            return network;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void withUpdater(NeuralNetConfiguration layer) {
        if (layer.getLayer() instanceof BaseLayer base) {
            base.setIUpdater(new Nesterovs(LEARNING_RATE, MOMENTUM));
        }
    }

    private static DataSet dataSet(Workload workload, Batch batch) {
        // The catalogue's networks take flat rows, the graph takes images.
        long[] shape = workload == Workload.RESNET8
                ? LongStream.concat(
                                LongStream.of(batch.size()),
                                workload.shape().stream().mapToLong(Integer::longValue))
                        .toArray()
                : new long[] {batch.size(), batch.featureCount()};
        INDArray labels = Nd4j.zeros(batch.size(), Workload.CLASSES);
        IntStream.range(0, batch.size()).forEach(row -> labels.putScalar(row, batch.classes()[row], 1));
        return new DataSet(Nd4j.createFromArray(batch.features()).reshape(shape), labels);
    }

    @Override
    public void run() {
        fit.accept(batches.get(update % batches.size()));
        update = (update + 1) % batches.size();
    }

    @Override
    public void close() {
        release.run();
        Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
    }
}
