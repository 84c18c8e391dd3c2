package io.batchscope.probe;

import io.batchscope.plan.ProbeKind;
import io.batchscope.plan.RunPlan;
import io.batchscope.train.Probe;
import java.util.List;

/** The probes that a plan asks for. */
public final class Probes {
    private Probes() {}

    /**
     * One for each of the plan's kinds, in their order.
     *
     * @param shape of one example, as channels, height, width for images, or one number
     * @param outputs numbers that the network puts out: classes, or 1
     */
    public static List<Probe> of(RunPlan plan, List<Integer> shape, int outputs) {
        return plan.probes().stream().map(kind -> of(kind, shape, outputs)).toList();
    }

    private static Probe of(ProbeKind kind, List<Integer> shape, int outputs) {
        return switch (kind) {
            case CALIBRATION -> new Calibration(outputs);
            case WEIGHT_NOISE -> WeightNoise.usual();
            case CORRUPTED_INPUTS -> new CorruptedInputs(Corruption.suitable(shape));
            case LABEL_MEMORY -> new LabelMemory(outputs);
        };
    }
}
