package io.batchscope.analysis;

import io.batchscope.law.BestRate;
import io.batchscope.law.Drawings;
import io.batchscope.law.Interval;
import io.batchscope.law.PowerLaw;
import io.batchscope.law.RateLaw;
import io.batchscope.law.RateLawFit;
import io.batchscope.result.FindingRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the best learning rate follows the batch size ({@link RateLaw}), for each variant that was searched at several. */
final class RateLawFindings {
    private static final int DRAWINGS = 2000;
    private static final long SEED = 1;
    private static final String EXAMPLES = "examples";

    private final String study;
    private final RateLaws rates;
    private final RateLaw law;
    private final Drawings<RateLaw> drawn;
    private final double exponent;
    private final Interval exponents;
    private final RateLawFit fit;

    private RateLawFindings(String study, RateLaws rates, RateLawFit fit) {
        this.study = study;
        this.rates = rates;
        this.fit = fit;
        this.law = fit.law();
        this.drawn = fit.draw(DRAWINGS, SEED);
        this.exponent = fit.power().exponent();
        this.exponents = fit.drawPower(DRAWINGS, SEED).interval(PowerLaw::exponent);
    }

    /** In the order of variants; none where fewer than two batch sizes were searched. */
    static List<FindingRecord> of(StudySummary summary) {
        List<FindingRecord> findings = new ArrayList<>();
        for (RateLaws rates : RateLaws.of(summary)) {
            RateLawFit fit = rates.fit();
            List<FindingRecord> own = fit == null
                    ? List.of(unknown(summary.study(), rates.problem()))
                    : new RateLawFindings(summary.study(), rates, fit).all(summary);
            own.stream().map(new Attribution(summary, rates.variant())::of).forEach(findings::add);
        }
        return findings;
    }

    private static FindingRecord unknown(String study, @Nullable String problem) {
        return new FindingRecord(
                study,
                "learning_rate_exponent",
                null,
                null,
                null,
                null,
                null,
                "How the best rate follows the batch size cannot be told: " + problem
                        + "; search at more batch sizes or with more learning-rate.search.factors.");
    }

    private List<FindingRecord> all(StudySummary summary) {
        List<FindingRecord> findings = new ArrayList<>(List.of(exponent(), maximum(), noiseBatch(), linearEnd()));
        if (isKnown(toldNoiseBatch())) {
            findings.addAll(NoiseAgainstCritical.ofRates(
                    study, summary.of(rates.variant()), law.noiseBatch(), drawn.interval(RateLaw::noiseBatch)));
        }
        return findings;
    }

    private FindingRecord exponent() {
        String text = "From batch " + NumberText.count(smallest()) + " to " + NumberText.count(largest())
                + " the best rate goes with the power " + NumberText.fixed(exponent, 2)
                + " of the batch size (95 % interval "
                + NumberText.fixed(exponents.low(), 2) + " to " + NumberText.fixed(exponents.high(), 2) + "): "
                + verdict(exponents)
                + (fit.deviatesFromPower() ? "; but no single power fits them all" : "") + basis();
        return new FindingRecord(
                study, "learning_rate_exponent", null, exponent, exponents.low(), exponents.high(), null, text + ".");
    }

    /** Which of the usual rules the interval of the exponent leaves. */
    static String verdict(Interval exponents) {
        List<String> rules = new ArrayList<>();
        if (exponents.contains(1)) {
            rules.add("linear scaling");
        }
        if (exponents.contains(0.5)) {
            rules.add("square-root scaling");
        }
        if (exponents.contains(0)) {
            rules.add("one rate for all batch sizes");
        }
        if (rules.size() > 1) {
            return "these rates leave open whether by " + String.join(" or ", rules);
        }
        if (rules.size() == 1) {
            return rules.get(0) + " is the only one of the usual rules that fits";
        }
        if (exponents.low() > 1) {
            return "it grows faster than by linear scaling";
        }
        if (exponents.high() < 0) {
            return "it falls as the batch grows";
        }
        return exponents.low() > 0.5
                ? "faster than by square-root scaling, slower than by linear scaling"
                : "it grows, but slower than by square-root scaling";
    }

    /** {@code ; by 12 best rates, one a batch size and seed, 1 of which lies at an end of the rates tried …}. */
    private String basis() {
        long open = rates.rates().stream().filter(rate -> !rate.isBounded()).count();
        String ends = open == 0
                ? ""
                : ", " + open + " of which " + (open == 1 ? "lies" : "lie")
                        + " at an end of the rates tried and may lie beyond";
        return "; by " + NumberText.counted(rates.rates().size(), "best rate") + ", one a batch size and seed" + ends;
    }

    private FindingRecord maximum() {
        Interval interval = drawn.interval(RateLaw::maximumRate);
        boolean told = isKnown(interval.high());
        String text = told
                ? "Towards large batches the best rate levels off at " + words(law.maximumRate()) + " (95 % interval "
                        + words(interval) + ")" + apart() + "."
                : "Within the batch sizes tried the best rate grows without shown saturation: it rises to at least "
                        + words(interval.low()) + apart() + ".";
        return finding("maximum_learning_rate", told ? law.maximumRate() : Double.NaN, interval, "learning rate", text);
    }

    /** What speaks against the law. */
    private String apart() {
        return fit.curve().deviatesFromCurve()
                ? "; but best rates lie "
                        + NumberText.percent(Math.expm1(fit.curve().curveDeviation()))
                        + " beside the law, beyond what seeds explain"
                : exponents.high() < 0
                        ? "; but the best rate falls as the batch grows, which the law does not know"
                        : "";
    }

    /** Not a number where it lies beyond the batch sizes tried, and the rates leave it open how far. */
    private double toldNoiseBatch() {
        Interval interval = drawn.interval(RateLaw::noiseBatch);
        double value = law.noiseBatch();
        boolean open =
                (value < smallest() && !isKnown(interval.low())) || (value > largest() && !isKnown(interval.high()));
        return open ? Double.NaN : value;
    }

    private FindingRecord noiseBatch() {
        Interval interval = drawn.interval(RateLaw::noiseBatch);
        double value = toldNoiseBatch();
        String text = isKnown(value)
                ? "At batch " + words(value) + " (95 % interval " + words(interval)
                        + ") the best rate is half of what it is for the largest batches, by the law rate = maximum / (1 + noise"
                        + " batch / batch)" + apart()
                : law.noiseBatch() < smallest()
                        ? "The best rate is not shown to grow with the batch size, so its noise batch size cannot be told (95 %"
                                + " interval " + words(interval) + ")"
                        : "The best rate grows with the batch size without a bend, so its noise batch size cannot be told (95 %"
                                + " interval " + words(interval) + ")";
        return finding("rate_noise_batch_size", value, interval, EXAMPLES, text + ".");
    }

    private FindingRecord linearEnd() {
        Interval interval = drawn.interval(RateLaw::linearScalingEnd);
        double value = isKnown(toldNoiseBatch()) ? law.linearScalingEnd() : Double.NaN;
        String text = isKnown(value)
                ? "Up to batch " + words(value) + " (95 % interval " + words(interval)
                        + ") twice the batch takes nearly twice the rate: the best one is at most 20 % below linear scaling from the"
                        + " smallest batches; from batch " + words(law.saturationStart())
                        + " on it is within 20 % of its maximum"
                : "Where linear scaling ends cannot be told, because the noise batch size of the rate cannot (95 % interval "
                        + words(interval) + ")";
        boolean tried = value >= smallest() && value <= largest();
        return finding(
                "linear_scaling_end",
                value,
                interval,
                EXAMPLES,
                text + (tried || !isKnown(value) ? "." : "; by the law alone, for no such batch size was tried."));
    }

    private long smallest() {
        return rates.rates().stream().mapToLong(BestRate::batchSize).min().orElseThrow();
    }

    private long largest() {
        return rates.rates().stream().mapToLong(BestRate::batchSize).max().orElseThrow();
    }

    private FindingRecord finding(String finding, double value, Interval interval, String unit, String detail) {
        return new FindingRecord(
                study, finding, null, known(value), known(interval.low()), known(interval.high()), unit, detail);
    }

    private static boolean isKnown(double value) {
        return value > 0 && Double.isFinite(value);
    }

    private static @Nullable Double known(double value) {
        return isKnown(value) ? (Double) value : null;
    }

    private static String words(Interval interval) {
        return isKnown(interval.low())
                ? isKnown(interval.high())
                        ? words(interval.low()) + " to " + words(interval.high())
                        : "from " + words(interval.low()) + " on"
                : isKnown(interval.high()) ? "up to " + words(interval.high()) : "open on both sides";
    }

    private static String words(double value) {
        return NumberText.significant(value);
    }
}
