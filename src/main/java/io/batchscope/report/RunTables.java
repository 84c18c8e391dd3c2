package io.batchscope.report;

import io.batchscope.analysis.NumberText;
import io.batchscope.analysis.Variants;
import io.batchscope.report.Table.Column;
import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The tables of the report that have rows of single runs, as texts. */
final class RunTables {
    private static final int LOSS_DIGITS = 4;
    private static final int VARIANT_PLACE = 2;
    private static final int FACTOR_PLACE = 4;

    private RunTables() {}

    /** Says that training labels were changed, and what that means; empty if they were not. */
    static Optional<String> labelNoise(List<RunRecord> runs) {
        List<String> shares = runs.stream()
                .map(RunRecord::labelNoise)
                .filter(share -> share != null && share > 0)
                .distinct()
                .sorted()
                .map(share -> NumberText.significant(share * 100) + " %")
                .toList();
        return shares.isEmpty()
                ? Optional.empty()
                : Optional.of("Training labels were changed: " + String.join(" or ", shares)
                        + " of the training examples have a wrong label on purpose (data.label-noise). Training loss, training"
                        + " accuracy and the gaps are of the labels as trained on; validation and test of true ones.");
    }

    /** Every run with its outcome, and its recipe and mode where there are several. */
    static Table runs(List<RunRecord> runs) {
        Variants variants = Variants.of(runs);
        boolean search = runs.stream().anyMatch(run -> factor(run) != 1);
        boolean regression =
                runs.stream().allMatch(run -> run.testAccuracy() == null && run.validationAccuracy() == null);
        Function<RunRecord, @Nullable Double> validation =
                regression ? RunRecord::validationLoss : RunRecord::validationAccuracy;
        Function<RunRecord, @Nullable Double> test = regression ? RunRecord::testLoss : RunRecord::testAccuracy;
        String quality = regression ? "loss" : "accuracy";
        List<Column> columns = new ArrayList<>(List.of(
                Column.text("Run"),
                Column.number("Batch size"),
                Column.number("Seed"),
                Column.number("Workers"),
                Column.number("Peak rate"),
                Column.text("Outcome"),
                Column.number("Updates"),
                Column.number("Updates to target"),
                Column.number("Training loss"),
                Column.number("Validation " + quality),
                Column.number("Test " + quality),
                Column.number("Examples/s"),
                Column.number("Seconds")));
        List<List<String>> rows = new ArrayList<>();
        runs.stream()
                .sorted(Comparator.comparingLong(RunRecord::batchSize)
                        .thenComparingInt(run -> variants.ordered().indexOf(variants.of(run.runId())))
                        .thenComparingDouble(RunTables::factor)
                        .thenComparingLong(RunRecord::seed)
                        .thenComparing(RunRecord::runId))
                .forEach(run -> {
                    List<String> row = new ArrayList<>(runRow(run, validation.apply(run), test.apply(run), regression));
                    if (search) {
                        row.add(FACTOR_PLACE, "× " + NumberText.significant(factor(run)));
                    }
                    if (variants.several()) {
                        row.add(VARIANT_PLACE, variants.name(run));
                    }
                    rows.add(row);
                });
        if (search) {
            columns.add(FACTOR_PLACE, Column.number("Factor"));
        }
        if (variants.several()) {
            columns.add(VARIANT_PLACE, Column.text(Table.capitalized(variants.word())));
        }
        return new Table(columns, rows);
    }

    private static double factor(RunRecord run) {
        Double factor = run.learningRateFactor();
        return factor == null ? 1 : factor;
    }

    private static List<String> runRow(
            RunRecord run, @Nullable Double validation, @Nullable Double test, boolean regression) {
        return List.of(
                run.runId(),
                NumberText.count(run.batchSize()),
                Long.toString(run.seed()),
                Integer.toString(run.workers()),
                NumberText.significant(run.peakLearningRate()),
                run.outcomeDetail().isEmpty() ? run.outcome() : run.outcome() + " (" + run.outcomeDetail() + ")",
                NumberText.count(run.steps()),
                NumberText.count(run.stepsToTarget()),
                NumberText.fixed(run.trainLoss(), LOSS_DIGITS),
                regression ? NumberText.fixed(validation, LOSS_DIGITS) : NumberText.accuracy(validation),
                regression ? NumberText.fixed(test, LOSS_DIGITS) : NumberText.accuracy(test),
                NumberText.significant(run.examplesPerSecond()),
                NumberText.significant(run.trainSeconds()));
    }

    /** Evaluations as they come, with recipe and mode where there are several. */
    static Table curves(List<EvalRecord> evaluations, Variants variants) {
        List<Column> columns = new ArrayList<>(List.of(
                Column.number("Batch size"),
                Column.number("Seed"),
                Column.number("Epoch"),
                Column.number("Updates"),
                Column.number("Seconds"),
                Column.number("Validation loss"),
                Column.number("Validation accuracy")));
        List<List<String>> rows = new ArrayList<>();
        for (EvalRecord evaluation : evaluations) {
            List<String> row = new ArrayList<>(curveRow(evaluation));
            if (variants.several()) {
                row.add(1, variants.of(evaluation.runId()).name());
            }
            rows.add(row);
        }
        if (variants.several()) {
            columns.add(1, Column.text(Table.capitalized(variants.word())));
        }
        return new Table(columns, rows);
    }

    private static List<String> curveRow(EvalRecord evaluation) {
        return List.of(
                NumberText.count(evaluation.batchSize()),
                Long.toString(evaluation.seed()),
                NumberText.significant(evaluation.epoch()),
                NumberText.count(evaluation.step()),
                NumberText.significant(evaluation.elapsedSeconds()),
                NumberText.fixed(evaluation.loss(), LOSS_DIGITS),
                NumberText.accuracy(evaluation.accuracy()));
    }
}
