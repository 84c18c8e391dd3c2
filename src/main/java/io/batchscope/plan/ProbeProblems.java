package io.batchscope.plan;

import java.util.List;

/** Probes and label noise that a study's data, model or ways to synchronise cannot have. */
final class ProbeProblems {
    private ProbeProblems() {}

    /** Adds every problem. */
    static void add(StudyConfig config, DataFacts data, ModelFacts model, List<String> problems) {
        addNoiseProblems(config, data, problems);
        List<String> own = config.sync().modes().stream()
                .map(SyncModeConfig::mode)
                .filter(SyncMode::isDeeplearning4j)
                .map(SyncMode::label)
                .distinct()
                .toList();
        if (!config.probes().isEmpty() && !own.isEmpty()) {
            problems.add("probes " + labels(config.probes()) + " (study.probes): must have runs that this program's own"
                    + " step loop trains, but Deeplearning4j trains " + String.join(", ", own)
                    + " (study.sync); remove the probes, or the mode");
        }
        for (ProbeKind probe : config.probes()) {
            String missing = missing(probe, config, data, model);
            if (!missing.isEmpty()) {
                problems.add("probe " + probe.label() + " (study.probes): " + missing);
            }
        }
    }

    private static void addNoiseProblems(StudyConfig config, DataFacts data, List<String> problems) {
        double noise = config.data().labelNoise();
        String what = "label noise " + noise + " (study.data.label-noise): must have ";
        if (noise > 0 && data.task() == Task.REGRESSION) {
            problems.add(what + "classes to choose a wrong one from, but the data set "
                    + config.data().path() + " is for regression; set it to 0");
        } else if (noise > 0 && data.outputs() < 2) {
            problems.add(what + "at least 2 classes, but the data set "
                    + config.data().path() + " has " + data.outputs() + "; set it to 0");
        }
    }

    /** What a probe needs and does not have, with what to do; empty if it has all. */
    private static String missing(ProbeKind probe, StudyConfig config, DataFacts data, ModelFacts model) {
        boolean regression = data.task() == Task.REGRESSION;
        String set = "the data set " + config.data().path();
        return switch (probe) {
            case CALIBRATION -> {
                if (regression) {
                    yield "must have classes, but " + set + " is for regression; remove it";
                }
                if (!model.smoothable()) {
                    yield "must have class probabilities, of a model that ends in softmax and cross-entropy without class"
                            + " weights, but " + model.description()
                            + " (study.model) does not; remove it or use another model";
                }
                yield data.validationExamples() + data.testExamples() > 0
                        ? ""
                        : "needs a validation or test split, but " + set
                                + " has neither; prepare it with one, or remove the probe";
            }
            case WEIGHT_NOISE, CORRUPTED_INPUTS ->
                data.testExamples() > 0
                        ? ""
                        : "needs a test split, but " + set + " has none; prepare it with one, or remove the probe";
            case LABEL_MEMORY -> {
                if (regression) {
                    yield "must have classes, but " + set + " is for regression; remove it";
                }
                yield config.data().labelNoise() > 0
                        ? ""
                        : "must have changed labels, but study.data.label-noise is 0; raise that, or remove the probe";
            }
        };
    }

    private static String labels(List<ProbeKind> probes) {
        return String.join(", ", probes.stream().map(ProbeKind::label).toList());
    }
}
