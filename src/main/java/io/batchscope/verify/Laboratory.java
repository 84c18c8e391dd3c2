package io.batchscope.verify;

import io.batchscope.plan.StudyConfig;
import io.batchscope.train.ReplicaFactory;
import java.util.List;
import java.util.Map;

/** What the checks need of the world: the same pieces that studies are made of. */
public interface Laboratory {
    /** A study's configuration: the defaults, and {@code key=value} settings over them. */
    StudyConfig configuration(List<String> settings);

    /** The catalogue's {@code linear} model, y = w·x + b with squared error, by name of what computes its gradients. */
    Map<String, ReplicaFactory> linear(int features);

    /** The catalogue's {@code mlp} for regression with hidden layers of these widths, computed as studies do. */
    ReplicaFactory mlp(int features, List<Integer> hidden);
}
