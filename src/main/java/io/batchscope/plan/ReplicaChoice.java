package io.batchscope.plan;

import java.util.List;
import java.util.Optional;

/**
 * Which replica trains the runs of a study; model and cluster are the same for all of them.
 *
 * @param reason why, as a part of a sentence
 */
public record ReplicaChoice(ReplicaKind kind, String reason) {
    private static final String AUTO = "; let the planner choose (--set replica=auto)";

    /**
     * The replica that was asked for; otherwise the fused one where it can be had, and Deeplearning4j's where not.
     *
     * @param problems gets one more when the fused replica is asked for and cannot train the model, or has none to train
     */
    static ReplicaChoice of(StudyConfig config, FusedFacts fused, List<String> problems) {
        Optional<ReplicaKind> asked = config.replica();
        if (config.sync().modes().stream().allMatch(mode -> mode.mode().isDeeplearning4j())) {
            if (asked.equals(Optional.of(ReplicaKind.FUSED))) {
                problems.add("replica fused (study.replica): must have a run to train, but the modes of the study"
                        + " (study.sync) are Deeplearning4j's own, which train with dl4j; remove it, or add a mode");
            }
            return new ReplicaChoice(ReplicaKind.DL4J, "the modes of the study are Deeplearning4j's own");
        }
        String notCompiled = fused.notCompiled();
        if (asked.isPresent()) {
            if (asked.get() == ReplicaKind.FUSED && notCompiled != null) {
                problems.add("replica fused (study.replica): must be able to train the model, but it does not compile: "
                        + notCompiled + AUTO + ", or change the model");
            }
            return new ReplicaChoice(asked.get(), "study.replica asks for it");
        }
        if (notCompiled != null) {
            return new ReplicaChoice(ReplicaKind.DL4J, notCompiled);
        }
        String notLoaded = fused.notLoaded();
        return notLoaded == null
                ? new ReplicaChoice(ReplicaKind.FUSED, "the model compiles")
                : new ReplicaChoice(ReplicaKind.DL4J, "the model compiles, but " + notLoaded);
    }

    /** @throws ClusterException if the fused replica was asked for and its native library cannot be used here */
    void requireLoaded(FusedFacts fused) {
        if (kind == ReplicaKind.FUSED && fused.notLoaded() != null) {
            throw new ClusterException("replica fused (study.replica): needs its native library on this cluster, but "
                    + fused.notLoaded() + AUTO);
        }
    }

    /** One line for people, such as {@code fused (oneDNN): the model compiles}. */
    public String describe() {
        return kind.description() + ": " + reason;
    }
}
