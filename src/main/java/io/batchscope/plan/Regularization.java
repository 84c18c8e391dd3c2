package io.batchscope.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run does to its examples against overfitting.
 *
 * @param labelSmoothing ε, in [0, 1): the true class counts 1 − ε, and ε is spread evenly over all classes (Szegedy et al.
 *     2016, section 7); in training only
 * @param ghostBatch the most examples that batch normalization takes its statistics of (Hoffer et al. 2017, algorithm 1);
 *     0: those of a micro-batch. Each worker's share of a batch is split into the fewest ghost batches (more where gradient
 *     noise is measured), whose sizes differ by one example at most, and each of them is a micro-batch: in training,
 *     activations are normalized by the mean and variance of their own ghost batch. Running statistics make one step per
 *     update: to the mean, over all ghost batches of all workers and weighted by their examples, of where each alone would
 *     take them; algorithm 1 makes one step per ghost batch. So they look back over the same number of updates at any batch
 *     size. They matter in evaluations only.
 */
public record Regularization(double labelSmoothing, int ghostBatch) implements Serializable {
    /** Nothing. */
    public static final Regularization NONE = new Regularization(0, 0);

    /** The most examples that a worker pushes through the network at once, where it would be {@code otherwise} without. */
    int microBatch(int otherwise) {
        return ghostBatch > 0 ? ghostBatch : otherwise;
    }

    /** One short line for people and for the column {@code regularization}; empty where there is nothing. */
    public String describe() {
        List<String> words = new ArrayList<>();
        if (labelSmoothing > 0) {
            words.add("label smoothing " + labelSmoothing);
        }
        if (ghostBatch > 0) {
            words.add("ghost batch " + ghostBatch);
        }
        return String.join(", ", words);
    }
}
