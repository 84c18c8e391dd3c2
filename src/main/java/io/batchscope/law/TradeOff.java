package io.batchscope.law;

/**
 * What a goal takes at a batch size B: S = S_min + E_min/B updates, and E = S·B = E_min + S_min·B examples. It is McCandlish
 * et al. 2018, equation 2.11, (S/S_min − 1)·(E/E_min − 1) = 1, solved for S.
 *
 * @param minimumSteps S_min, updates that no batch size undercuts; 0 where none are known, so that B_crit is infinite
 * @param minimumExamples E_min, examples that no batch size undercuts; 0 where none are known, so that B_crit is 0
 */
public record TradeOff(double minimumSteps, double minimumExamples) {
    static TradeOff of(Hyperbola hyperbola) {
        return new TradeOff(hyperbola.level(), hyperbola.slope());
    }

    /** B_crit = E_min/S_min in examples, at which the goal takes twice the fewest updates and twice the fewest examples. */
    public double criticalBatchSize() {
        return minimumExamples / minimumSteps;
    }

    /** Updates at a batch size. */
    public double steps(double batchSize) {
        return minimumSteps + minimumExamples / batchSize;
    }

    /** Examples at a batch size. */
    public double examples(double batchSize) {
        return minimumExamples + minimumSteps * batchSize;
    }

    /** The fewest examples over those at a batch size, 1/(1 + B/B_crit), within 0 and 1 (Pollux' statistical efficiency). */
    public double statisticalEfficiency(double batchSize) {
        return 1 / (1 + batchSize / criticalBatchSize());
    }

    /** What a larger batch buys there. */
    public Regime regime(double batchSize) {
        return Regime.of(batchSize, criticalBatchSize());
    }
}
