package io.batchscope.nn;

import io.batchscope.plan.ModelFacts;
import io.batchscope.train.Parameters;
import io.batchscope.train.ReplicaFactory;
import io.batchscope.train.StartParameters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.deeplearning4j.util.ModelSerializer;

/** A model that a study can train: facts for the planner, replicas for the engine, an archive for the user. */
public final class Model {
    private final ModelSource source;
    private final ModelFacts facts;
    private final ReplicaFactory replicas;
    private final Compilation compilation;

    Model(ModelSource source, ModelFacts facts, ReplicaFactory replicas, Compilation compilation) {
        this.source = source;
        this.facts = facts;
        this.replicas = replicas;
        this.compilation = compilation;
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
