package io.batchscope.train;

/**
 * Says when a run has diverged: a loss that is not finite, or a smoothed loss beyond a multiple of the initial one.
 * Losses of single small batches are too noisy to judge, so they are averaged over about {@value #WINDOW} examples.
 */
public final class DivergenceWatch {
    static final int WINDOW = 256;

    private final double factor;
    private double limit = Double.POSITIVE_INFINITY;
    private double smoothed;
    private long examplesBefore;
    private double lossSumBefore;

    /** @param factor of the initial loss beyond which a smoothed loss has diverged */
    public DivergenceWatch(double factor) {
        this.factor = factor;
    }

    /** Sets what losses are compared with: the loss before training. Without it that is the mean over the first examples. */
    public void initial(double loss) {
        limit = factor * loss;
        smoothed = loss;
    }

    /** What it knows now. */
    Checkpoint.Watch state() {
        return new Checkpoint.Watch(limit, smoothed, examplesBefore, lossSumBefore);
    }

    /** Goes on from what another knew. */
    void restore(Checkpoint.Watch state) {
        limit = state.limit();
        smoothed = state.smoothed();
        examplesBefore = state.examplesBefore();
        lossSumBefore = state.lossSumBefore();
    }

    /** Takes the mean loss of a batch; true if the run has diverged. */
    public boolean hasDiverged(double loss, int examples) {
        if (!Double.isFinite(loss)) {
            return true;
        }
        if (Double.isInfinite(limit)) {
            // One batch of one example says nothing: its loss may be next to 0.
            examplesBefore += examples;
            lossSumBefore += loss * examples;
            if (examplesBefore >= WINDOW) {
                initial(lossSumBefore / examplesBefore);
            }
            return false;
        }
        smoothed += Math.min(1, (double) examples / WINDOW) * (loss - smoothed);
        return smoothed > limit;
    }
}
