package io.batchscope.nn;

import io.batchscope.plan.Task;
import io.batchscope.train.Replica;
import io.batchscope.train.ReplicaFactory;
import java.util.List;

/** Makes general replicas of one model. */
record Dl4jReplicaFactory(ModelSource source, Task task, List<Integer> inputShape, int outputs)
        implements ReplicaFactory {
    Dl4jReplicaFactory {
        inputShape = List.copyOf(inputShape);
    }

    @Override
    public Replica create(long seed, int microBatch) {
        return new Dl4jReplica(source.build(seed), task, inputShape, outputs, microBatch);
    }
}
