package io.batchscope.analysis;

import io.batchscope.result.FindingRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** At which batch size the loss swings most late in the runs. */
final class OscillationFindings {
    private static final String FINDING = "largest_loss_oscillation";

    private OscillationFindings() {}

    /** Without a value but with the reason where it is known of fewer than two batch sizes; empty where nothing is compared. */
    static Optional<FindingRecord> of(StudySummary summary, Oscillations oscillations) {
        List<Scored> scored = Scored.by(summary.batches(), oscillations::at).stream()
                .sorted(Comparator.comparingDouble(Scored::mean))
                .toList();
        int sizes = scored.size() + oscillations.missing().size();
        if (sizes < 2) {
            return Optional.empty();
        }
        if (scored.size() < 2) {
            return Optional.of(new FindingRecord(
                    summary.study(),
                    FINDING,
                    null,
                    null,
                    null,
                    null,
                    "loss",
                    "It cannot be told at which batch size the " + oscillations.words() + " swings most: "
                            + missing(oscillations) + "."));
        }
        Scored least = scored.get(0);
        Scored most = scored.get(scored.size() - 1);
        String rest = oscillations.missing().isEmpty() ? "" : "; not known at " + missing(oscillations);
        return Optional.of(most.finding(
                summary.study(),
                FINDING,
                "loss",
                "The " + oscillations.words() + " swings most at " + most.name() + ", by "
                        + most.estimate().words(NumberText::significant) + ", and least at " + least.name() + ", by "
                        + NumberText.significant(least.mean())
                        + " (standard deviation around its local trend, second half of the run)" + rest + "."));
    }

    /** {@code batch 1, 64, as …}. */
    private static String missing(Oscillations oscillations) {
        return "batch "
                + oscillations.missing().keySet().stream()
                        .map(NumberText::count)
                        .collect(Collectors.joining(", "))
                + ", as "
                + oscillations.missing().values().stream().distinct().collect(Collectors.joining("; "));
    }
}
