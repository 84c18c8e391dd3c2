package io.batchscope.cli;

import io.batchscope.fused.FusedBackend;
import io.batchscope.fused.FusedReplicaFactory;
import io.batchscope.fused.cuda.CudaReplicaFactory;
import io.batchscope.nn.Backend;
import io.batchscope.nn.Compilation;
import io.batchscope.nn.Model;
import io.batchscope.plan.CudaFacts;
import io.batchscope.plan.FusedFacts;
import io.batchscope.plan.ReplicaFacts;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.spark.ExecutorSurvey;
import io.batchscope.train.Program;
import io.batchscope.train.ReplicaFactory;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** The replicas that there are: the one place that knows all kinds. */
final class Replicas {
    private Replicas() {}

    /** What the planner needs to know. Executors are asked only where their answer counts. */
    static ReplicaFacts facts(
            SparkSession session, int slots, Model model, Optional<ReplicaKind> asked, CudaFacts cuda) {
        boolean canTrain = asked.isEmpty() && cuda.slots() > 0;
        boolean others = asked.isPresent() && asked.get() != ReplicaKind.FUSED;
        return new ReplicaFacts(
                canTrain || others ? new FusedFacts(null, null) : fusedFacts(session, slots, model), cuda);
    }

    private static FusedFacts fusedFacts(SparkSession session, int slots, Model model) {
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

    /**
     * Makes the replicas of a model.
     *
     * @param tf32 whether those on GPUs may round to TF32
     */
    static ReplicaFactory of(Model model, ReplicaKind kind, boolean tf32) {
        return switch (kind) {
            case FUSED -> new FusedReplicaFactory(program(model), model.start());
            case CUDA -> new CudaReplicaFactory(program(model), model.start(), tf32, "");
            case DL4J -> model.replicas();
        };
    }

    /** What computes the gradients, in one line: in this JVM, or on the executors if only they need it. */
    static String backend(SparkSession session, int slots, ReplicaKind kind) {
        return switch (kind) {
            case FUSED -> FusedBackend.describe();
            case CUDA -> Gpus.backends(session, slots);
            case DL4J -> Backend.describe();
        };
    }

    private static @Nullable String notCompiled(Model model) {
        if (model.compilation() instanceof Compilation.Compiled compiled) {
            return FusedBackend.problem() == null ? FusedBackend.refusal(compiled.program()) : null;
        }
        return ((Compilation.NotCompiled) model.compilation()).reason();
    }

    private static Program program(Model model) {
        if (model.compilation() instanceof Compilation.Compiled compiled) {
            return compiled.program();
        }
        throw new IllegalStateException("the plan chose a replica that runs programs, but: " + notCompiled(model));
    }
}
