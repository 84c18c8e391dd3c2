package io.batchscope.analysis;

import io.batchscope.result.RunRecord;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What rates are chosen by: never the test split, which choosing would spoil. */
public enum RateMeasure {
    VALIDATION_ACCURACY("validation accuracy", true),
    VALIDATION_LOSS("validation loss", false),
    TRAINING_LOSS("training loss", false);

    private final String words;
    private final boolean higherIsBetter;

    RateMeasure(String words, boolean higherIsBetter) {
        this.words = words;
        this.higherIsBetter = higherIsBetter;
    }

    /** The first one that some run has. */
    static Optional<RateMeasure> of(List<RunRecord> runs) {
        return Stream.of(values())
                .filter(measure -> runs.stream().anyMatch(run -> measure.column(run) != null))
                .findFirst();
    }

    /** {@code validation accuracy}. */
    public String words() {
        return words;
    }

    @Nullable
    Double column(RunRecord run) {
        return switch (this) {
            case VALIDATION_ACCURACY -> run.validationAccuracy();
            case VALIDATION_LOSS -> run.validationLoss();
            case TRAINING_LOSS -> run.trainLoss();
        };
    }

    /** Larger is better. */
    double goodness(double value) {
        return higherIsBetter ? value : -value;
    }

    String text(double value) {
        return higherIsBetter ? NumberText.accuracy(value) : NumberText.significant(value);
    }
}
