package io.batchscope.analysis;

import io.batchscope.result.EvalRecord;
import io.batchscope.result.RunRecord;
import io.batchscope.result.StepRecord;
import io.batchscope.result.StudyTables;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How much the loss swings late in the runs of each batch size ({@link Oscillation}), over seeds; of runs that neither diverged
 * nor failed. Of the validation loss; for a study without a validation split, of the training loss over windows of as many
 * examples as the largest batch has.
 *
 * @param words what swings, such as {@code validation loss}
 * @param byBatch in the unit of the loss; of those batch sizes at which some run has enough losses
 * @param missing why the others have none
 */
public record Oscillations(String words, SortedMap<Long, Estimate> byBatch, SortedMap<Long, String> missing) {

    /** Of one variant's rows. */
    public static Oscillations of(StudyTables tables) {
        List<RunRecord> settled =
                tables.runs().stream().filter(BatchSummary::isSettled).toList();
        Map<String, List<EvalRecord>> evaluations = tables.evals().stream()
                .filter(row -> row.split().equals("validation"))
                .collect(Collectors.groupingBy(EvalRecord::runId));
        if (!evaluations.isEmpty()) {
            return of(
                    settled,
                    "validation loss",
                    run -> Oscillation.ofValidation(evaluations.getOrDefault(run.runId(), List.of())),
                    "the second half of a run has fewer than " + Oscillation.FEWEST
                            + " evaluations; lower evaluation.every, or train for more updates");
        }
        Map<String, List<StepRecord>> steps = tables.steps().stream().collect(Collectors.groupingBy(StepRecord::runId));
        long window = settled.stream()
                .flatMap(run -> steps.getOrDefault(run.runId(), List.of()).stream())
                .mapToLong(Oscillation::examplesOf)
                .max()
                .orElse(1);
        String examples = NumberText.count(window) + " examples";
        return of(
                settled,
                "training loss over windows of " + examples,
                run -> Oscillation.ofTraining(steps.getOrDefault(run.runId(), List.of()), window),
                "the recorded updates of the second half of a run fill fewer than " + Oscillation.FEWEST
                        + " windows of "
                        + examples + "; hold out a validation split (data.validation-fraction), or raise"
                        + " evaluation.max-step-rows");
    }

    private static Oscillations of(
            List<RunRecord> settled, String words, Function<RunRecord, @Nullable Double> measure, String tooFew) {
        SortedMap<Long, Estimate> byBatch = new TreeMap<>();
        SortedMap<Long, String> missing = new TreeMap<>();
        settled.stream().collect(Collectors.groupingBy(RunRecord::batchSize)).forEach((batch, runs) -> {
            Estimate estimate = Estimate.over(runs, measure);
            if (estimate == null) {
                missing.put(batch, tooFew);
            } else {
                byBatch.put(batch, estimate);
            }
        });
        return new Oscillations(words, byBatch, missing);
    }

    /** Null where it cannot be told. */
    public @Nullable Estimate at(BatchSummary batch) {
        return byBatch.get(batch.batchSize());
    }
}
