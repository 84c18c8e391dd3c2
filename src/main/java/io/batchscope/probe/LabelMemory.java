package io.batchscope.probe;

import io.batchscope.data.Examples;
import io.batchscope.plan.ProbeKind;
import io.batchscope.train.Probe;
import java.util.List;

/**
 * Which class a network trained with label noise puts training examples in: of those whose label was changed, the share that
 * has the wrong class it was given (<em>fitted</em>: only memory explains it) and the share that has its true one, both in
 * [0, 1]; of the others the share that has its class (Zhang et al. 2017; Arpit et al. 2017). Nothing where no label
 * was changed.
 *
 * @param classes that the network puts out probabilities of
 */
record LabelMemory(int classes) implements Probe {
    private static final int CHANGED = 0;
    private static final int FITTED = 1;
    private static final int RECOVERED = 2;
    private static final int UNCHANGED = 3;
    private static final int RIGHT = 4;

    @Override
    public ProbeKind kind() {
        return ProbeKind.LABEL_MEMORY;
    }

    @Override
    public List<Measurement> measure(Trained trained) {
        Examples examples = trained.data().train();
        double[] counts = new double[RIGHT + 1];
        ClassProbabilities.visit(trained, examples, classes, (index, largest, from, start) -> {
            int given = examples.classOf(index);
            int real = examples.trueClassOf(index);
            if (given == real) {
                counts[UNCHANGED]++;
                counts[RIGHT] += largest == real ? 1 : 0;
            } else {
                counts[CHANGED]++;
                counts[FITTED] += largest == given ? 1 : 0;
                counts[RECOVERED] += largest == real ? 1 : 0;
            }
        });
        trained.collective().allReduceSum(counts, 0, counts.length);
        if (counts[CHANGED] == 0) {
            return List.of();
        }
        String settings = "{\"split\":\"train\",\"changed\":" + (long) counts[CHANGED] + ",\"unchanged\":"
                + (long) counts[UNCHANGED] + "}";
        return List.of(
                new Measurement("fitted_share", counts[FITTED] / counts[CHANGED], null, settings),
                new Measurement("true_class_share", counts[RECOVERED] / counts[CHANGED], null, settings),
                new Measurement("unchanged_accuracy", counts[RIGHT] / counts[UNCHANGED], null, settings));
    }
}
