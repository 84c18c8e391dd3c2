package io.batchscope.plan;

import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Names runs by what they are: a letter and 60 bits of the SHA-256 of everything that changes the result, so that a
 * study that is started again recognises what it has done.
 */
final class RunIds {
    private static final int DIGITS = 15;

    /** The name of a study, its workers' patience and how they reach each other change no number of a run. */
    private static final Set<String> IRRELEVANT =
            Set.of("runId", "trainingId", "study", "transport", "timeoutSeconds", "retries", "checkpoints");

    /** How a batch is spread; left out where the planner chose it: the gradient of a batch does not depend on it. */
    private static final Set<String> SPREAD = Set.of("workers", "microBatch");

    /** Named only where it is true: runs that never could have it keep the names from before there was such a setting. */
    private static final String TENSOR_FLOAT_32 = "tf32";

    private RunIds() {}

    /** What of {@link #SPREAD} the planner chooses. Where it chooses the workers, the micro-batch goes with them. */
    static Set<String> chosen(StudyConfig.SyncConfig sync, ModelFacts model, RunPlan plan) {
        if (spread(model, plan).isEmpty()) {
            return Set.of();
        }
        if (sync.workers().isEmpty()) {
            return SPREAD;
        }
        return sync.microBatch().isEmpty() ? Set.of("microBatch") : Set.of();
    }

    /** The plan in other pieces, if it has any; names that the pieces are part of change with them. Ghost batches stay. */
    static RunPlan withMicroBatch(RunPlan plan, int microBatch) {
        if (!plan.usesStepLoop() || plan.regularization().ghostBatch() > 0) {
            return plan;
        }
        boolean named = plan.trainingId().equals(id("t", plan, Set.of()));
        RunPlan changed = copy(plan.runId(), plan.trainingId(), microBatch, plan);
        return named ? withIds(changed, Set.of(), Set.of()) : changed;
    }

    /**
     * The plan with its ids; the letter is there because all-digit partition names are read back as numbers.
     *
     * @param chosen what of {@code workers} and {@code microBatch} is not part of the run's name
     * @param spread the same for the training's
     */
    static RunPlan withIds(RunPlan plan, Set<String> chosen, Set<String> spread) {
        return copy(id("r", plan, chosen), id("t", plan, spread), plan.microBatch(), plan);
    }

    private static String id(String letter, RunPlan plan, Set<String> leftOut) {
        return letter + sha256(canonical(plan, leftOut)).substring(0, DIGITS);
    }

    /** What of the spread does not belong to a training's name: where numbers of workers are compared, they do. */
    static Set<String> spread(StudyConfig.SyncConfig sync, ModelFacts model, RunPlan plan) {
        Set<String> spread = spread(model, plan);
        return sync.workers().size() > 1 && !spread.isEmpty() ? Set.of("microBatch") : spread;
    }

    /** What of the spread changes no gradient. Noise is estimated from the parts into which a batch is spread. */
    private static Set<String> spread(ModelFacts model, RunPlan plan) {
        boolean matters = model.spreadMatters()
                || !plan.synchronization().exact()
                || plan.pace().measuresNoise();
        return matters ? Set.of() : SPREAD;
    }

    private static RunPlan copy(String runId, String trainingId, int microBatch, RunPlan plan) {
        return new RunPlan(
                runId,
                trainingId,
                plan.study(),
                plan.recipe(),
                plan.task(),
                plan.batchSize(),
                plan.workers(),
                microBatch,
                plan.lanes(),
                plan.seed(),
                plan.trainExamples(),
                plan.dataFingerprint(),
                plan.modelFingerprint(),
                plan.synchronization(),
                plan.replica(),
                plan.tf32(),
                plan.optimizer(),
                plan.regularization(),
                plan.scalingRule(),
                plan.baseLearningRate(),
                plan.peakLearningRate(),
                plan.warmupSteps(),
                plan.schedule(),
                plan.pace(),
                plan.plannedSteps(),
                plan.evaluateEvery(),
                plan.stepRowEvery(),
                plan.target(),
                plan.secondsLimit(),
                plan.divergenceFactor(),
                plan.transport(),
                plan.timeoutSeconds(),
                plan.retries(),
                plan.checkpoints(),
                plan.learningRateFactor(),
                plan.labelNoise(),
                plan.measures(),
                plan.probes());
    }

    /** One line a component, with nested records written out. */
    static String canonical(RunPlan plan, Set<String> chosen) {
        StringBuilder text = new StringBuilder();
        for (RecordComponent component : RunPlan.class.getRecordComponents()) {
            String name = component.getName();
            if (!IRRELEVANT.contains(name) && (plan.tf32() || !name.equals(TENSOR_FLOAT_32))) {
                text.append(name)
                        .append('=')
                        .append(chosen.contains(name) ? "auto" : canonical(value(component, plan)))
                        .append('\n');
            }
        }
        return text.toString();
    }

    /** Records by reflection, so that a component added later cannot be forgotten. */
    private static String canonical(@Nullable Object value) {
        if (value instanceof Record record) {
            StringBuilder text = new StringBuilder(record.getClass().getSimpleName()).append('{');
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                text.append(component.getName())
                        .append('=')
                        .append(canonical(value(component, record)))
                        .append(';');
            }
            return text.append('}').toString();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(RunIds::canonical).collect(Collectors.joining(",", "[", "]"));
        }
        // Decimal digits of a double have changed between Java versions; hexadecimal ones are exact.
        return value instanceof Double number ? Double.toHexString(number) : String.valueOf(value);
    }

    private static @Nullable Object value(RecordComponent component, Record owner) {
        try {
            return component.getAccessor().invoke(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static String sha256(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
