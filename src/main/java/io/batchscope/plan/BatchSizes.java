package io.batchscope.plan;

import io.batchscope.plan.StudyConfig.RequestedBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The batch sizes of a study in examples. */
final class BatchSizes {
    private BatchSizes() {}

    /** Ascending and distinct; {@code full} is {@code examples}. Too large ones become problems and are left out. */
    static List<Long> resolve(StudyConfig config, long examples, List<String> problems, List<String> notices) {
        TreeSet<Long> sizes = new TreeSet<>();
        for (RequestedBatch request : config.batchSizes()) {
            long size = request.size().orElse(examples);
            if (size > Integer.MAX_VALUE) {
                problems.add("batch size " + size + " (study.batch-sizes): must not exceed " + Integer.MAX_VALUE
                        + "; remove it, or use less data by study.data.train-fraction");
            } else if (size > examples) {
                problems.add("batch size " + size + " (study.batch-sizes): must not exceed the " + examples
                        + " training examples used; remove it or write full");
            } else if (!sizes.add(size)) {
                notices.add("batch size " + size + " is asked for twice, as a number and as full; it runs once");
            }
        }
        return new ArrayList<>(sizes);
    }
}
