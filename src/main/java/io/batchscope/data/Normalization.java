package io.batchscope.data;

import java.io.Serializable;
import java.util.List;

/**
 * What is done to stored features before a network sees them: (raw − mean) · scale, per feature, or the same for all
 * where the lists have one element.
 *
 * @param mean what is subtracted; statistics of the training split only
 * @param scale 1 / standard deviation; 1 for a constant feature
 */
public record Normalization(List<Float> mean, List<Float> scale) implements Serializable {
    public Normalization {
        mean = List.copyOf(mean);
        scale = List.copyOf(scale);
        if (mean.isEmpty() || mean.size() != scale.size()) {
            throw new IllegalArgumentException(
                    "normalization needs as many means as scales, but has " + mean.size() + " and " + scale.size());
        }
    }

    /** Leaves features as they are. */
    public static Normalization none() {
        return new Normalization(List.of(0f), List.of(1f));
    }
}
