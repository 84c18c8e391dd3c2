package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import io.batchscope.result.StudyTables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a study shows about the machine that it ran on, of the reference alone ({@link Variants}). */
final class HardwareFindings {
    private final StudySummary summary;

    private HardwareFindings(StudySummary summary) {
        this.summary = summary;
    }

    /** How far each batch size uses the machine, where half of that begins, whether memory and time came as predicted, powers of two. */
    static List<FindingRecord> of(StudyTables tables, StudySummary summary) {
        HardwareFindings hardware = new HardwareFindings(summary);
        List<Scored> utilization =
                Scored.by(summary.batches(), batch -> batch.arithmetic().utilization());
        List<FindingRecord> findings =
                new ArrayList<>(utilization.stream().map(hardware::utilization).toList());
        Scored.by(summary.batches(), batch -> batch.arithmetic().trainingUtilization())
                .forEach(scored -> findings.add(hardware.trainingUtilization(scored)));
        hardware.half(utilization).ifPresent(findings::add);
        hardware.memory(MemoryComparison.of(tables)).ifPresent(findings::add);
        hardware.time(TimeComparison.of(tables)).ifPresent(findings::add);
        findings.addAll(hardware.powers(PowersOfTwo.of(tables)));
        return findings;
    }

    private FindingRecord utilization(Scored scored) {
        Estimate share = scored.estimate();
        ArithmeticSummary arithmetic = scored.batch().arithmetic();
        return finding(
                "arithmetic_utilization",
                scored.batch().batchSize(),
                share,
                "Batch " + NumberText.count(scored.batch().batchSize()) + " computes gradients at "
                        + gigaflops(arithmetic.flopsPerSecond()) + " GFLOP/s, "
                        + share.words(HardwareFindings::percent)
                        + " of the " + gigaflops(arithmetic.gemmFlopsPerSecond())
                        + " GFLOP/s that a large matrix product got in the same runs.");
    }

    private FindingRecord trainingUtilization(Scored scored) {
        Estimate share = scored.estimate();
        ArithmeticSummary arithmetic = scored.batch().arithmetic();
        return finding(
                "training_utilization",
                scored.batch().batchSize(),
                share,
                "Batch " + NumberText.count(scored.batch().batchSize()) + " trains at "
                        + gigaflops(arithmetic.trainingFlopsPerSecond()) + " GFLOP/s of training time, "
                        + share.words(HardwareFindings::percent)
                        + " of the " + gigaflops(arithmetic.gemmFlopsPerSecond())
                        + " GFLOP/s that a large matrix product got in the same runs: applying the gradients, waiting and"
                        + " communicating included.");
    }

    /** Small networks and batches use little of a machine. */
    private static String percent(double share) {
        return (Math.abs(share) < 0.01 ? NumberText.significant(share * 100) : NumberText.fixed(share * 100, 1)) + " %";
    }

    private static String gigaflops(@Nullable Estimate rate) {
        return rate == null ? NumberText.NOT_MEASURED : NumberText.significant(rate.mean() / 1e9);
    }

    /** The last crossing of half of the best below the best, on a straight line in the logarithm of the batch size. */
    private Optional<FindingRecord> half(List<Scored> unordered) {
        List<Scored> scored = unordered.stream()
                .sorted(Comparator.comparingLong(each -> each.batch().batchSize()))
                .toList();
        Optional<Scored> best = scored.stream().max(Comparator.comparingDouble(Scored::mean));
        for (int i = best.map(scored::indexOf).orElse(0); i > 0; i--) {
            Scored below = scored.get(i - 1);
            Scored above = scored.get(i);
            double half = best.get().mean() / 2;
            if (below.mean() < half) {
                double share = (half - below.mean()) / (above.mean() - below.mean());
                double from = below.batch().batchSize();
                double value = from * Math.pow(above.batch().batchSize() / from, share);
                return Optional.of(new FindingRecord(
                        summary.study(),
                        "half_of_best_utilization_batch_size",
                        null,
                        value,
                        null,
                        null,
                        "examples",
                        "Half of the highest utilization, "
                                + percent(best.get().mean())
                                + " at batch "
                                + NumberText.count(best.get().batch().batchSize()) + ", is reached at a batch of about "
                                + NumberText.significant(value) + ", between the measured "
                                + NumberText.count(below.batch().batchSize()) + " ("
                                + percent(below.mean()) + ") and "
                                + NumberText.count(above.batch().batchSize()) + " ("
                                + percent(above.mean()) + ")."));
            }
        }
        return Optional.empty();
    }

    private Optional<FindingRecord> memory(List<MemoryComparison> comparisons) {
        record Missed(MemoryComparison of, double error, Estimate predicted, Estimate measured) {}
        return comparisons.stream()
                .flatMap(each -> {
                    Double error = each.nativeError();
                    Estimate predicted = each.predictedNative();
                    Estimate measured = each.measuredNative();
                    return error == null || predicted == null || measured == null
                            ? Optional.<Missed>empty().stream()
                            : Optional.of(new Missed(each, error, predicted, measured)).stream();
                })
                .max(Comparator.comparingDouble(missed -> Math.abs(missed.error())))
                .map(missed -> new FindingRecord(
                        summary.study(),
                        "memory_prediction_error",
                        missed.of().batchSize(),
                        missed.error(),
                        null,
                        null,
                        "share",
                        "The network's native memory differs most from its prediction at batch "
                                + NumberText.count(missed.of().batchSize()) + ": "
                                + NumberText.bytes(Math.round(missed.measured().mean())) + " measured, "
                                + NumberText.bytes(Math.round(missed.predicted().mean()))
                                + " predicted for a micro-batch of "
                                + missed.of().microBatch().stream()
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(" or "))
                                + " (" + signedPercent(missed.error()) + ")."));
    }

    private Optional<FindingRecord> time(List<TimeComparison> comparisons) {
        return comparisons.stream()
                .max(Comparator.comparingDouble(each -> Math.abs(each.error())))
                .map(missed -> new FindingRecord(
                        summary.study(),
                        "time_prediction_error",
                        missed.batchSize(),
                        missed.error(),
                        null,
                        null,
                        "share",
                        "Training time differs most from its prediction at batch "
                                + NumberText.count(missed.batchSize()) + ": "
                                + NumberText.significant(missed.measured().mean()) + " s measured, "
                                + NumberText.significant(missed.predicted().mean())
                                + " s predicted for the updates that the runs did ("
                                + signedPercent(missed.error()) + ")."));
    }

    private List<FindingRecord> powers(PowersOfTwo powers) {
        List<FindingRecord> findings = new ArrayList<>();
        if (powers.powers().size() > 1 && powers.together() != null) {
            findings.add(power(null, powers, powers.together()));
        }
        for (long power : powers.powers()) {
            Estimate estimate = powers.logRatio().get(power);
            if (estimate != null) {
                findings.add(power(power, powers, estimate));
            }
        }
        return findings;
    }

    /** @param power null: all of them together */
    private FindingRecord power(@Nullable Long power, PowersOfTwo powers, Estimate logRatio) {
        Function<@Nullable Double, @Nullable Double> ratio = value -> value == null ? null : (Double) Math.expm1(value);
        String where = power == null
                ? "powers of two (" + counts(powers.powers()) + ")"
                : "batch " + NumberText.count(power) + ", a power of two,";
        String verdict = "; one seed shows no difference from chance";
        if (logRatio.low() != null && logRatio.high() != null) {
            verdict = logRatio.low() <= 0 && logRatio.high() >= 0
                    ? ": no difference is shown"
                    : (logRatio.mean() > 0 ? ": faster than sizes beside it" : ": slower than sizes beside it");
        }
        return new FindingRecord(
                summary.study(),
                "power_of_two_throughput",
                power,
                Math.expm1(logRatio.mean()),
                ratio.apply(logRatio.low()),
                ratio.apply(logRatio.high()),
                "share",
                "At " + where + " the rate of examples differs by "
                        + logRatio.words(value -> signedPercent(Math.expm1(value)))
                        + " from what the straight line through the step times of its neighbours that are none ("
                        + counts(power == null ? powers.neighbours() : powers.neighboursOf(power))
                        + ") says, seed by seed"
                        + verdict + ".");
    }

    private static String counts(List<Long> sizes) {
        return sizes.stream().map(NumberText::count).collect(Collectors.joining(", "));
    }

    private static String signedPercent(double share) {
        return (share > 0 ? "+" : "") + NumberText.fixed(share * 100, 1) + " %";
    }

    private FindingRecord finding(String finding, @Nullable Long batch, Estimate estimate, String detail) {
        return new FindingRecord(
                summary.study(), finding, batch, estimate.mean(), estimate.low(), estimate.high(), "share", detail);
    }
}
