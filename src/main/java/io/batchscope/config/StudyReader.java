package io.batchscope.config;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.plan.RecipeConfig;
import io.batchscope.plan.RecipeConfig.BudgetConfig;
import io.batchscope.plan.RecipeConfig.GrowthConfig;
import io.batchscope.plan.RecipeConfig.OptimizerSettings;
import io.batchscope.plan.Regularization;
import io.batchscope.plan.ReplicaKind;
import io.batchscope.plan.StudyConfig;
import io.batchscope.plan.StudyConfig.CheckpointConfig;
import io.batchscope.plan.StudyConfig.EvaluationConfig;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.StudyConfig.RequestedBatch;
import io.batchscope.plan.Target;
import io.batchscope.scaling.DecayScaling;
import io.batchscope.scaling.MomentScaling;
import io.batchscope.units.Span;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Reads the {@code study} block: one method for each block in it. */
final class StudyReader {
    private static final String AUTO = "auto";
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

    private StudyReader() {}

    static StudyConfig read(Section study) {
        StudyConfig config = new StudyConfig(
                name(study),
                DataReader.read(study.section("data")),
                model(study.section("model")),
                List.of(recipe(study)),
                batchSizes(study),
                seeds(study),
                study.has("target") ? target(study.section("target")) : Optional.empty(),
                evaluation(study.section("evaluation")),
                SyncReader.read(study.section("sync")),
                checkpoint(study.section("checkpoint")),
                replica(study),
                study.text("output"));
        if (!study.texts("probes").isEmpty()) {
            study.refuse("probes", "[], because this version has no probes yet");
        }
        study.refuseUnknown();
        return config;
    }

    private static RecipeConfig recipe(Section study) {
        return new RecipeConfig(
                "",
                new OptimizerSettings(optimizer(study.section("optimizer")), MomentScaling.NONE, DecayScaling.NONE),
                LearningRateReader.read(study.section("learning-rate")),
                Regularization.NONE,
                new GrowthConfig(
                        GrowthConfig.By.NONE,
                        List.of(),
                        1,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        false,
                        1,
                        2,
                        new Span(1, Span.Unit.STEPS),
                        new Span(1, Span.Unit.STEPS)),
                budget(study.section("budget")));
    }

    private static String name(Section study) {
        String name = study.text("name");
        if (!name.isBlank() && !name.matches(NAME)) {
            study.refuse("name", "at most 100 letters, digits, '.', '_' and '-' that start with a letter or digit");
        }
        return name;
    }

    private static ModelConfig model(Section model) {
        Optional<String> file = model.optionalText("dl4j");
        boolean catalog = model.has("catalog");
        if (catalog && file.isPresent()) {
            model.refuse("dl4j", "given without catalog: a model is either from the catalogue or a file");
        }
        boolean ofCatalog = file.isEmpty();
        String name = ofCatalog ? model.choice("catalog", List.of("softmax", "linear", "mlp", "cnn"), List.of()) : "";
        String selector = ofCatalog ? "catalog" : "dl4j";
        model.refuseUnless(name.equals("mlp"), "hidden", selector, "belongs to catalog = mlp");
        boolean hasHidden = name.equals("mlp") || name.equals("cnn");
        model.refuseUnless(hasHidden, "activation", selector, "belongs to catalog = mlp and cnn");
        ModelConfig result =
                file.<ModelConfig>map(ModelConfig.Dl4jFile::new).orElseGet(() -> catalogModel(model, name));
        if (file.isPresent() && !file.get().endsWith(".json") && !file.get().endsWith(".zip")) {
            model.refuse("dl4j", "a Deeplearning4j configuration (.json) or saved model (.zip)");
        }
        model.refuseUnknown();
        return result;
    }

    private static ModelConfig catalogModel(Section model, String name) {
        List<Integer> hidden = model.list("hidden", width -> (int) width.whole(1, Integer.MAX_VALUE));
        if (name.equals("mlp") && hidden.isEmpty() && model.has("hidden")) {
            model.refuse(
                    "hidden", "a list of at least one width; a network without hidden layers is softmax or linear");
        }
        return new ModelConfig.Catalog(
                name, hidden, model.choice("activation", List.of("relu", "tanh", "sigmoid"), List.of()));
    }

    private static OptimizerConfig optimizer(Section optimizer) {
        OptimizerConfig.Name name = optimizer.choice("name", OptimizerConfig.Name.class);
        boolean adam = name == OptimizerConfig.Name.ADAM || name == OptimizerConfig.Name.ADAMW;
        Interval share = new Interval(0, true, 1, false);
        double usual = name == OptimizerConfig.Name.NESTEROV ? 0.9 : 0;
        OptimizerConfig config = new OptimizerConfig(
                name,
                optimizer.optionalNumber("momentum", share).filter(m -> !adam).orElse(usual),
                optimizer.number("weight-decay", Interval.atLeast(0)),
                optimizer.number("beta1", share),
                optimizer.number("beta2", share),
                optimizer.number("epsilon", Interval.above(0)));
        optimizer.refuseUnless(!adam, "momentum", "name", "belongs to sgd and nesterov; adam and adamw have beta1");
        for (String key : List.of("beta1", "beta2", "epsilon")) {
            optimizer.refuseUnless(adam, key, "name", "belongs to adam and adamw");
        }
        optimizer.refuseUnknown();
        return config;
    }

    private static List<RequestedBatch> batchSizes(Section study) {
        return study.distinct("batch-sizes", size -> new RequestedBatch(size.wholeOr("full", 1)));
    }

    private static List<Long> seeds(Section study) {
        return study.distinct("seeds", seed -> seed.whole(0, Integer.MAX_VALUE));
    }

    private static BudgetConfig budget(Section budget) {
        List<Span> lengths = List.of(
                new Span(positive(budget.optionalNumber("epochs", Interval.above(0))), Span.Unit.EPOCHS),
                new Span(positive(whole(budget, "steps")), Span.Unit.STEPS),
                new Span(positive(whole(budget, "examples")), Span.Unit.EXAMPLES));
        List<String> given = List.of("epochs", "steps", "examples").stream()
                .filter(budget::has)
                .toList();
        if (given.size() != 1) {
            budget.refuse("must have exactly one of epochs, steps, examples, but has "
                    + (given.isEmpty() ? "none" : String.join(" and ", given)) + "; keep one");
        }
        Span length =
                lengths.stream().filter(span -> span.value() > 0).findFirst().orElse(lengths.get(0));
        BudgetConfig config = new BudgetConfig(
                length,
                Optional.empty(),
                budget.whole("min-updates", 0, Integer.MAX_VALUE),
                budget.optionalNumber("seconds", Interval.above(0)));
        budget.refuseUnknown();
        return config;
    }

    private static Optional<Double> whole(Section budget, String key) {
        return budget.has(key) ? Optional.of((double) budget.whole(key, 1, 1_000_000_000_000_000L)) : Optional.empty();
    }

    private static double positive(Optional<Double> value) {
        return value.filter(number -> number > 0 && !number.isInfinite()).orElse(0.0);
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
        String word = study.choice("replica", words, List.of("cuda"));
        return kinds.stream().filter(kind -> kind.label().equals(word)).findFirst();
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
