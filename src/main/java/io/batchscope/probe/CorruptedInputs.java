package io.batchscope.probe;

import io.batchscope.data.Split;
import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.Task;
import io.batchscope.train.Evaluator;
import io.batchscope.train.Probe;
import io.batchscope.train.Replica;
import java.util.ArrayList;
import java.util.List;

/**
 * Loss and accuracy on the test split after each of some corruptions of its inputs, and the means over all of them: how a
 * network bears inputs that are not quite those it was trained for (Hendrycks and Dietterich 2019).
 *
 * @param corruptions at least one
 */
record CorruptedInputs(List<Corruption> corruptions) implements Probe {
    CorruptedInputs {
        corruptions = List.copyOf(corruptions);
    }

    @Override
    public ProbeKind kind() {
        return ProbeKind.CORRUPTED_INPUTS;
    }

    @Override
    public List<Measurement> measure(Trained trained) {
        Evaluator evaluator = trained.evaluator();
        Replica.Score clean = evaluator.score(Split.TEST);
        if (clean.examples() == 0) {
            return List.of();
        }
        List<Measurement> measured = new ArrayList<>();
        boolean classes = trained.plan().task() == Task.CLASSIFICATION;
        Replica.Score all = Replica.Score.NONE;
        for (Corruption corruption : corruptions) {
            Replica.Score score = evaluator.score(new CorruptedExamples(
                    trained.data().test(),
                    corruption,
                    trained.collective().rank(),
                    trained.collective().size()));
            all = all.plus(score);
            add(
                    measured,
                    corruption.name() + "_" + corruption.severity(),
                    score,
                    classes,
                    "{\"split\":\"test\",\"corruption\":\"" + corruption.name() + "\",\"severity\":"
                            + corruption.severity() + "}");
        }
        String settings =
                "{\"split\":\"test\",\"corruptions\":[" + names() + "],\"conditions\":" + corruptions.size() + "}";
        add(measured, "mean", all, classes, settings);
        measured.add(new Measurement("loss_increase_mean", all.loss() - clean.loss(), null, settings));
        if (classes) {
            measured.add(new Measurement("accuracy_drop_mean", clean.accuracy() - all.accuracy(), null, settings));
        }
        return measured;
    }

    private String names() {
        return String.join(
                ",",
                corruptions.stream()
                        .map(corruption -> "\"" + corruption.name() + "\"")
                        .distinct()
                        .toList());
    }

    private static void add(
            List<Measurement> measured, String name, Replica.Score score, boolean classes, String settings) {
        measured.add(new Measurement("loss_" + name, score.loss(), null, settings));
        if (classes) {
            measured.add(new Measurement("accuracy_" + name, score.accuracy(), null, settings));
        }
    }
}
