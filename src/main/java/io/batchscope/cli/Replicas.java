package io.batchscope.cli;

import io.batchscope.fused.FusedBackend;
import io.batchscope.fused.FusedReplicaFactory;
import io.batchscope.nn.Backend;
import io.batchscope.nn.Compilation;
import io.batchscope.nn.Model;
import io.batchscope.plan.FusedFacts;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.spark.ExecutorSurvey;
import io.batchscope.train.ReplicaFactory;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The replicas that there are: the one place that knows both kinds. */
final class Replicas {
    private Replicas() {}

    /** What the planner needs to know. Executors are asked only where their answer counts. */
    static FusedFacts facts(SparkSession session, int slots, Model model, Optional<ReplicaKind> asked) {
        if (asked.equals(Optional.of(ReplicaKind.DL4J))) {
            return new FusedFacts(null, null);
        }
        String notCompiled = notCompiled(model);
        return new FusedFacts(notCompiled, notCompiled == null ? notLoaded(session, slots) : null);
    }

    /** Why some executor cannot load the fused replica's native library; null if all can. */
    static @Nullable String notLoaded(SparkSession session, int slots) {
        // The driver tries the model out and calibrates, so it needs the library too.
        String here = FusedBackend.problem();
        List<String> problems =
                here == null ? ExecutorSurvey.ask(session, slots, FusedBackend::problem) : List.of(here);
        return problems.isEmpty() ? null : String.join("; ", problems);
    }

    /** The fused replica's native libraries and instruction sets on the executors. */
    static String fusedBackends(SparkSession session, int slots) {
        return String.join("; ", ExecutorSurvey.ask(session, slots, FusedBackend::describe));
    }

    /** Makes the replicas of a model. */
    static ReplicaFactory of(Model model, ReplicaKind kind) {
        return switch (kind) {
            case FUSED -> fused(model);
            case DL4J -> model.replicas();
        };
    }

    /** What computes the gradients in this JVM, in one line. */
    static String backend(ReplicaKind kind) {
        return switch (kind) {
            case FUSED -> FusedBackend.describe();
            case DL4J -> Backend.describe();
        };
    }

    private static @Nullable String notCompiled(Model model) {
        if (model.compilation() instanceof Compilation.Compiled compiled) {
            return FusedBackend.problem() == null ? FusedBackend.refusal(compiled.program()) : null;
        }
        return ((Compilation.NotCompiled) model.compilation()).reason();
    }

    private static ReplicaFactory fused(Model model) {
        if (model.compilation() instanceof Compilation.Compiled compiled) {
            return new FusedReplicaFactory(compiled.program(), model.start());
        }
        throw new IllegalStateException("the plan chose the fused replica, but: " + notCompiled(model));
    }
}
