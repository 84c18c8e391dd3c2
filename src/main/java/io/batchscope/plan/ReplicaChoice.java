package io.batchscope.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which replica trains the runs of a study; model and cluster are the same for all of them.
 *
 * @param reason why, as a part of a sentence
 */
public record ReplicaChoice(ReplicaKind kind, String reason) {
    private static final String AUTO = "; let the planner choose (--set replica=auto)";

    /**
     * The replica that was asked for; otherwise the CUDA one where workers get GPUs and it can be had, else the fused one
     * where that can be had, and Deeplearning4j's where not.
     *
     * @param problems gets one more when a replica is asked for that cannot train the model, or has none to train
     */
    static ReplicaChoice of(StudyConfig config, ReplicaFacts facts, List<String> problems) {
        Optional<ReplicaKind> asked = config.replica();
        if (config.sync().modes().stream().allMatch(mode -> mode.mode().isDeeplearning4j())) {
            if (asked.isPresent() && asked.get() != ReplicaKind.DL4J) {
                problems.add(named(asked.get()) + "must have a run to train, but the modes of the study"
                        + " (study.sync) are Deeplearning4j's own, which train with dl4j; remove it, or add a mode");
            }
            return new ReplicaChoice(ReplicaKind.DL4J, "the modes of the study are Deeplearning4j's own");
        }
        if (asked.isPresent()) {
            String notCompiled = notCompiled(asked.get(), facts);
            if (notCompiled != null) {
                problems.add(named(asked.get()) + "must be able to train the model, but it does not compile: "
                        + notCompiled + AUTO + ", or change the model");
            }
            return new ReplicaChoice(asked.get(), "study.replica asks for it");
        }
        if (!facts.cuda().given()) {
            return onProcessors(facts.fused(), "");
        }
        String problem = facts.cuda().problem();
        return problem == null
                ? new ReplicaChoice(ReplicaKind.CUDA, "workers get GPUs and the model compiles")
                : onProcessors(facts.fused(), "; not cuda, though workers could get GPUs: " + problem);
    }

    private static String named(ReplicaKind kind) {
        return "replica " + kind.label() + " (study.replica): ";
    }

    private static @Nullable String notCompiled(ReplicaKind kind, ReplicaFacts facts) {
        return switch (kind) {
            case FUSED -> facts.fused().notCompiled();
            case CUDA -> facts.cuda().notCompiled();
            case DL4J -> null;
        };
    }

    /** @param more what else there is to say */
    private static ReplicaChoice onProcessors(FusedFacts fused, String more) {
        String notCompiled = fused.notCompiled();
        if (notCompiled != null) {
            // What keeps a model from compiling is said once.
            return new ReplicaChoice(ReplicaKind.DL4J, more.endsWith(notCompiled) ? notCompiled : notCompiled + more);
        }
        String notLoaded = fused.notLoaded();
        return notLoaded == null
                ? new ReplicaChoice(ReplicaKind.FUSED, "the model compiles" + more)
                : new ReplicaChoice(ReplicaKind.DL4J, "the model compiles, but " + notLoaded + more);
    }

    /** @throws ClusterException if the replica that was asked for cannot be used on this cluster */
    void requireLoaded(ReplicaFacts facts) {
        String notLoaded = facts.fused().notLoaded();
        if (kind == ReplicaKind.FUSED && notLoaded != null) {
            throw new ClusterException(
                    named(kind) + "needs its native library on this cluster, but " + notLoaded + AUTO);
        }
        String notGiven = facts.cuda().notGiven();
        if (kind == ReplicaKind.CUDA && notGiven != null) {
            throw new ClusterException(named(kind) + "needs a GPU for every worker, but " + notGiven
                    + "; ask for them (submit/*.sh --gpus N), or let the planner choose (--set replica=auto)");
        }
        String noCuda = facts.cuda().notLoaded();
        if (kind == ReplicaKind.CUDA && noCuda != null) {
            throw new ClusterException(named(kind) + "needs CUDA on every executor, but " + noCuda
                    + "; install NVIDIA's driver, CUDA 13 and cuDNN 9 there (libraries elsewhere:"
                    + " --conf spark.executorEnv.LD_LIBRARY_PATH=…), or let the planner choose (--set replica=auto)");
        }
    }

    /** One line for people, such as {@code fused (oneDNN): the model compiles}. */
    public String describe() {
        return kind.description() + ": " + reason;
    }
}
