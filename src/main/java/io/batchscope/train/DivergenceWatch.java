package io.batchscope.train;

/**
 * Says when a run has diverged: a loss that is not finite, or a smoothed loss beyond a multiple of the initial one.
 * Losses of single small batches are too noisy to judge, so they are averaged over about {@value #WINDOW} examples.
 */
final class DivergenceWatch {
    static final int WINDOW = 256;

    private final double factor;
    private double limit = Double.POSITIVE_INFINITY;
    private double smoothed = Double.NaN;

    DivergenceWatch(double factor) {
        this.factor = factor;
    }

    /** Sets what losses are compared with: the loss before training. */
    void initial(double loss) {
        limit = factor * loss;
    }

    /** Takes the mean loss of a batch; true if the run has diverged. */
    boolean hasDiverged(double loss, int examples) {
        if (!Double.isFinite(loss)) {
            return true;
        }
        double weight = Math.min(1, (double) examples / WINDOW);
        smoothed = Double.isNaN(smoothed) ? loss : smoothed + weight * (loss - smoothed);
        if (Double.isInfinite(limit)) {
            initial(loss);
        }
        return smoothed > limit;
    }
}
