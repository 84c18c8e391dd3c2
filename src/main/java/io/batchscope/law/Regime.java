package io.batchscope.law;

/** What a larger batch buys at a batch size, after the three regimes of Shallue et al. 2019, section 4.1. */
public enum Regime {
    /** Twice the batch takes half the updates, nearly. */
    PERFECT_SCALING("perfect scaling"),

    /** Twice the batch saves updates, but clearly less than half of them. */
    DIMINISHING_RETURNS("diminishing returns"),

    /** Twice the batch saves next to no updates. */
    MAXIMAL_DATA_PARALLELISM("maximal data parallelism");

    /** Updates may exceed those of ideal scaling, or the fewest possible, by this share at most in the outer regimes. */
    static final double MARGIN = 0.2;

    private final String words;

    Regime(String words) {
        this.words = words;
    }

    /** {@code perfect scaling}. */
    public String words() {
        return words;
    }

    /**
     * By the law S = S_min·(1 + B_crit/B): perfect scaling as long as the updates exceed E_min/B by at most 20 % (the
     * critical batch size of Zhang et al. 2025), which is B ≤ B_crit/5; maximal data parallelism from where they exceed
     * S_min by at most 20 %, which is B ≥ 5·B_crit.
     */
    static Regime of(double batchSize, double criticalBatchSize) {
        if (batchSize <= MARGIN * criticalBatchSize) {
            return PERFECT_SCALING;
        }
        return batchSize * MARGIN >= criticalBatchSize ? MAXIMAL_DATA_PARALLELISM : DIMINISHING_RETURNS;
    }
}
