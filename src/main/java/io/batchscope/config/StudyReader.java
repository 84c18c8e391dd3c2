package io.batchscope.config;

import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.RunOrder;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.StudyConfig.CheckpointConfig;
import io.batchscope.plan.StudyConfig.EvaluationConfig;
import io.batchscope.plan.StudyConfig.GpuConfig;
import io.batchscope.plan.StudyConfig.MeasureConfig;
import io.batchscope.plan.StudyConfig.RequestedBatch;
import io.batchscope.plan.Target;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the {@code study} block: one method for each block in it. */
final class StudyReader {
    private static final String AUTO = "auto";
    private static final String NEVER = "never";
    private static final int MOST_RANKS_PER_DEVICE = 16;
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

    private StudyReader() {}

    static StudyConfig read(Section study) {
        StudyConfig config = new StudyConfig(
                name(study),
                DataReader.read(study.section("data")),
                ModelReader.read(study.section("model")),
                RecipesReader.read(study),
                batchSizes(study),
                seeds(study),
                study.has("target") ? target(study.section("target")) : Optional.empty(),
                evaluation(study.section("evaluation")),
                SyncReader.read(study.section("sync")),
                checkpoint(study.section("checkpoint")),
                replica(study),
                gpu(study.section("gpu")),
                measure(study.section("measure")),
                probes(study),
                study.choice("order", RunOrder.class),
                study.text("output"));
        study.refuseUnknown();
        return config;
    }

    /** Of a study or a recipe. */
    static String name(Section study) {
        String name = study.text("name");
        if (!name.isBlank() && !name.matches(NAME)) {
            study.refuse("name", "at most 100 letters, digits, '.', '_' and '-' that start with a letter or digit");
        }
        return name;
    }

    private static List<RequestedBatch> batchSizes(Section study) {
        return study.distinct("batch-sizes", size -> new RequestedBatch(size.wholeOr("full", 1)));
    }

    private static List<Long> seeds(Section study) {
        return study.distinct("seeds", seed -> seed.whole(0, Integer.MAX_VALUE));
    }

    private static Optional<Target> target(Section target) {
        Target.Metric metric = target.choice("metric", Target.Metric.class);
        boolean accuracy = metric == Target.Metric.VALIDATION_ACCURACY;
        // A target is met when it is passed strictly: no accuracy passes 1, no loss passes 0.
        Interval interval = accuracy ? new Interval(0, true, 1, false) : Interval.above(0);
        Optional<Double> value = target.optionalNumber("value", interval);
        boolean stop = target.flag("stop");
        for (String key : List.of("metric", "stop")) {
            target.refuseUnless(value.isPresent(), key, "value", "a target needs a value as well");
        }
        target.refuseUnknown();
        return value.map(number -> new Target(metric, number, stop));
    }

    private static EvaluationConfig evaluation(Section evaluation) {
        EvaluationConfig config = new EvaluationConfig(
                evaluation.span("every", Interval.above(0)),
                evaluation.whole("max-step-rows", 1),
                evaluation.number("divergence-factor", Interval.above(1)));
        evaluation.refuseUnknown();
        return config;
    }

    private static Optional<ReplicaKind> replica(Section study) {
        List<ReplicaKind> kinds = List.of(ReplicaKind.values());
        List<String> words = Stream.concat(Stream.of(AUTO), kinds.stream().map(ReplicaKind::label))
                .toList();
        String word = study.choice("replica", words, List.of());
        return kinds.stream().filter(kind -> kind.label().equals(word)).findFirst();
    }

    private static GpuConfig gpu(Section gpu) {
        GpuConfig config = new GpuConfig(
                gpu.flag("tf32"), Math.toIntExact(gpu.whole("ranks-per-device", 1, MOST_RANKS_PER_DEVICE)));
        gpu.refuseUnknown();
        return config;
    }

    private static MeasureConfig measure(Section measure) {
        MeasureConfig config = new MeasureConfig(distance(measure, "norms-every"), distance(measure, "noise-every"));
        measure.refuseUnknown();
        return config;
    }

    private static Optional<Span> distance(Section measure, String key) {
        return measure.spanOr(key, AUTO, NEVER, Interval.above(0));
    }

    private static List<ProbeKind> probes(Section study) {
        return study.distinctOrNone(
                "probes", probe -> probe.choice(ProbeKind.class, "sharpness", "hessian", "noise-scale", "landscape"));
    }

    private static CheckpointConfig checkpoint(Section checkpoint) {
        CheckpointConfig config = new CheckpointConfig(
                checkpoint.has("every") ? Optional.of(checkpoint.span("every", Interval.above(0))) : Optional.empty(),
                checkpoint.optionalNumber("seconds", Interval.above(0)),
                checkpoint.whole("keep", 1));
        checkpoint.refuseUnknown();
        return config;
    }
}
