package io.batchscope.plan;

/** What the planner needs to know of the replicas that not every model and cluster can have. */
public record ReplicaFacts(FusedFacts fused, CudaFacts cuda) {
    /** The fused replica trains the model, and there are no GPUs. */
    public static final ReplicaFacts FUSED = withoutGpus(new FusedFacts(null, null));

    /** Where Spark has no GPUs. */
    public static ReplicaFacts withoutGpus(FusedFacts fused) {
        return new ReplicaFacts(fused, CudaFacts.NO_GPUS);
    }
}
