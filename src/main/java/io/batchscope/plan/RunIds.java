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

    /** The name of a study and the patience of its workers change no number of a run. */
    private static final Set<String> IRRELEVANT = Set.of("runId", "study", "timeoutSeconds");

    /** Left out where the planner chose them by the free slots: the gradient of a batch does not depend on them. */
    private static final Set<String> CHOSEN = Set.of("workers", "microBatch");

    private RunIds() {}

    /** The plan with its id; the letter is there because all-digit partition names are read back as numbers. */
    static RunPlan withId(RunPlan plan, boolean automaticWorkers) {
        return new RunPlan(
                "r" + sha256(canonical(plan, automaticWorkers)).substring(0, DIGITS),
                plan.study(),
                plan.task(),
                plan.batchSize(),
                plan.workers(),
                plan.microBatch(),
                plan.lanes(),
                plan.seed(),
                plan.trainExamples(),
                plan.dataFingerprint(),
                plan.modelFingerprint(),
                plan.syncMode(),
                plan.replica(),
                plan.optimizer(),
                plan.scalingRule(),
                plan.baseLearningRate(),
                plan.peakLearningRate(),
                plan.warmupSteps(),
                plan.schedule(),
                plan.plannedSteps(),
                plan.evaluateEvery(),
                plan.stepRowEvery(),
                plan.target(),
                plan.secondsLimit(),
                plan.divergenceFactor(),
                plan.timeoutSeconds());
    }

    /** One line a component, with nested records written out. */
    static String canonical(RunPlan plan, boolean automaticWorkers) {
        StringBuilder text = new StringBuilder();
        for (RecordComponent component : RunPlan.class.getRecordComponents()) {
            String name = component.getName();
            if (!IRRELEVANT.contains(name)) {
                boolean chosen = automaticWorkers && CHOSEN.contains(name);
                text.append(name)
                        .append('=')
                        .append(chosen ? "auto" : canonical(value(component, plan)))
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
