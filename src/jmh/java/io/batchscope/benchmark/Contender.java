package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.fused.FusedBackend;
import io.batchscope.fused.FusedReplicaFactory;
import io.batchscope.nn.Compilation;
import io.batchscope.nn.Model;
import io.batchscope.train.ReplicaFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whose step is timed. All but PyTorch run in a JVM. */
public enum Contender implements Entrant {
    FUSED("fused", "fused"),
    GENERAL("dl4j", "general replica"),
    SHIPPED("shipped", "Deeplearning4j as shipped"),
    PYTORCH("pytorch", "PyTorch");

    private final String label;
    private final String title;

    Contender(String label, String title) {
        this.label = label;
        this.title = title;
    }

    /** The contender of this name. */
    public static Contender of(String label) {
        return Arrays.stream(values())
                .filter(contender -> contender.label.equals(label))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("contender " + label + " (--contenders): must be one of "
                                + Arrays.stream(values()).map(Contender::label).collect(Collectors.joining(", "))
                                + "; name one of them"));
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public String title() {
        return title;
    }

    /** Why it cannot run here; empty: it can. */
    public Optional<String> absence() {
        return this == FUSED ? Optional.ofNullable(FusedBackend.problem()) : Optional.empty();
    }

    /** Its step on a network, from the same start and on the same batches as all others. */
    public TrainingStep step(Workload workload, int batchSize) {
        Model model = workload.model();
        List<Batch> batches = RandomExamples.batches(workload, batchSize);
        return switch (this) {
            case GENERAL -> new ReplicaStep(model.replicas(), batches);
            case SHIPPED -> ShippedStep.of(workload, model, batches);
            case FUSED -> new ReplicaStep(fused(model), batches);
            case PYTORCH -> throw new UnsupportedOperationException(title + " has no step in this JVM");
        };
    }

    /** The replica that a study gets when it leaves the choice to Batchscope. */
    static ReplicaFactory asAStudyWould(Model model) {
        boolean fused = FusedBackend.problem() == null && model.compilation() instanceof Compilation.Compiled;
        return fused ? fused(model) : model.replicas();
    }

    private static ReplicaFactory fused(Model model) {
        if (model.compilation() instanceof Compilation.Compiled compiled) {
            return new FusedReplicaFactory(compiled.program(), model.start());
        }
        throw new UnsupportedOperationException(model.compilation().toString());
    }
}
