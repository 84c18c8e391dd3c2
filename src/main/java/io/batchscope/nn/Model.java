package io.batchscope.nn;

import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.OptimizerConfig;
import io.batchscope.train.Parameters;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StartParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.schedule.ISchedule;

/** A model that a study can train: facts for the planner, replicas for the engine, an archive for the user. */
public final class Model {
    private final ModelSource source;
    private final ModelFacts facts;
    private final ReplicaFactory replicas;
    private final Compilation compilation;
    private final DataSets dataSets;

    Model(ModelSource source, ModelFacts facts, ReplicaFactory replicas, Compilation compilation, DataSets dataSets) {
        this.source = source;
        this.facts = facts;
        this.replicas = replicas;
        this.compilation = compilation;
        this.dataSets = dataSets;
    }

    /** What the planner needs to know. */
    public ModelFacts facts() {
        return facts;
    }

    /** Makes general replicas on the workers: they run any Deeplearning4j network. */
    public ReplicaFactory replicas() {
        return replicas;
    }

    /** The network as a program, for replicas that do not need Deeplearning4j. */
    public Compilation compilation() {
        return compilation;
    }

    /** Where the parameters of such replicas start. */
    public StartParameters start() {
        return new NetworkStart(source);
    }

    /** Makes Deeplearning4j's data sets on the workers, for its own training. */
    public DataSets dataSets() {
        return dataSets;
    }

    /**
     * A network with the start parameters of the seed, the same that replicas have, for Deeplearning4j's own training.
     *
     * @param optimizer becomes its updater and regularization
     * @param rates learning rate by iteration
     * @throws ModelException if Deeplearning4j cannot train it so
     */
    public org.deeplearning4j.nn.api.Model trainable(long seed, OptimizerConfig optimizer, ISchedule rates) {
        Network network = source.build(seed);
        Updaters.set(network, optimizer, rates);
        return network.model();
    }

    /** The model with these parameters as a Deeplearning4j archive (zip), which DL4J and {@code model.dl4j} load. */
    public byte[] archive(Parameters parameters) {
        Network network = new ModelSource(source.graph(), source.json(), parameters).build(0);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ModelSerializer.writeModel(network.model(), bytes, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
