package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What "good" means in a study: the first of these that its task and splits allow. */
public enum Quality {
    TEST_ACCURACY("best_test_accuracy", "test accuracy", true),
    VALIDATION_ACCURACY("best_validation_accuracy", "validation accuracy", true),
    TEST_LOSS("lowest_test_loss", "test loss", false),
    VALIDATION_LOSS("lowest_validation_loss", "validation loss", false);

    private final String finding;
    private final String words;
    private final boolean higherIsBetter;

    Quality(String finding, String words, boolean higherIsBetter) {
        this.finding = finding;
        this.words = words;
        this.higherIsBetter = higherIsBetter;
    }

    /** The first quality that some batch size of the study has. */
    static Optional<Quality> of(StudySummary summary) {
        return of(summary.batches());
    }

    /** The first quality that some of {@code batches} has. */
    static Optional<Quality> of(List<BatchSummary> batches) {
        return List.of(values()).stream()
                .filter(quality -> batches.stream().anyMatch(batch -> quality.estimate(batch) != null))
                .findFirst();
    }

    /** What to choose by: on the validation split, which choosing does not spoil, and only without one as {@link #of}. */
    static Optional<Quality> ofChoice(List<BatchSummary> batches) {
        return Stream.concat(Stream.of(VALIDATION_ACCURACY, VALIDATION_LOSS), Stream.of(values()))
                .filter(quality -> batches.stream().anyMatch(batch -> quality.estimate(batch) != null))
                .findFirst();
    }

    String finding() {
        return finding;
    }

    /** {@code test accuracy}. */
    public String words() {
        return words;
    }

    /** Whether it is a share of 1 and higher is better; otherwise a loss. */
    public boolean isAccuracy() {
        return higherIsBetter;
    }

    /** Over the runs of a batch size that neither diverged nor failed; null where not measured. */
    public @Nullable Estimate estimate(BatchSummary batch) {
        return switch (this) {
            case TEST_ACCURACY -> batch.testAccuracy();
            case VALIDATION_ACCURACY -> batch.validationAccuracy();
            case TEST_LOSS -> batch.testLoss();
            case VALIDATION_LOSS -> batch.validationLoss();
        };
    }

    @Nullable
    Double column(RunRecord run) {
        return switch (this) {
            case TEST_ACCURACY -> run.testAccuracy();
            case VALIDATION_ACCURACY -> run.validationAccuracy();
            case TEST_LOSS -> run.testLoss();
            case VALIDATION_LOSS -> run.validationLoss();
        };
    }

    /** The batch sizes that have it, best first; the larger batch first where equal. */
    List<Scored> scored(List<BatchSummary> batches) {
        Comparator<Scored> worstFirst = Comparator.comparingDouble(scored -> goodness(scored.estimate()));
        Comparator<Scored> smallFirst =
                Comparator.comparingLong(scored -> scored.batch().batchSize());
        return Scored.by(batches, this::estimate).stream()
                .sorted(worstFirst.thenComparing(smallFirst).reversed())
                .toList();
    }

    /** How much worse {@code other} is than {@code best}; negative if better. */
    double shortfall(Estimate best, Estimate other) {
        return goodness(best) - goodness(other);
    }

    /** A difference in words: percentage points or a loss. */
    String points(double difference) {
        return isAccuracy() ? NumberText.fixed(difference * 100, 2) + " points" : NumberText.significant(difference);
    }

    /** The value in words: a percentage or a loss. */
    String text(double value) {
        return isAccuracy() ? NumberText.accuracy(value) : NumberText.significant(value);
    }

    private double goodness(Estimate estimate) {
        return higherIsBetter ? estimate.mean() : -estimate.mean();
    }
}
