package io.batchscope.fused.cuda;

import io.batchscope.train.Program;
import io.batchscope.train.Program.Loss.SoftmaxCrossEntropy;
import java.util.List;

/**
 * The loss of a pass's outputs against the labels. Softmax's gradient is weight · (p − (1 − ε)·1{class} − ε/K), with labels
 * smoothed by ε over K classes (Szegedy et al. 2016, section 7); that of (y − target)² is 2 · weight · (y − target).
 */
final class DeviceLoss {
    /** Sums of the loss that the host adds, and of hits. */
    static final int SUMS = DeviceLowering.THREADS;

    /** Of what a pass tells the host: first sums of the loss in double precision, then counts of hits. */
    static final int RESULT_BYTES = SUMS * (Double.BYTES + Integer.BYTES);

    private static final int ROW_THREADS = 32;

    private final DeviceTensor labels;
    private final DeviceTensor outputs;

    /**
     * Adds its steps.
     *
     * @param last what is put out, {@code [rows, outputs]}
     * @param gradient where weight × the loss's gradient goes in training; not used otherwise
     */
    DeviceLoss(
            DeviceLowering lowering, Program program, ReplicaMemory memory, DeviceTensor last, DeviceTensor gradient) {
        int rows = lowering.rows();
        this.labels = lowering.bytes((long) rows * Integer.BYTES);
        lowering.isUploaded(labels);
        DeviceTensor losses = lowering.bytes((long) rows * Double.BYTES);
        DeviceTensor hits = lowering.bytes((long) rows * Integer.BYTES);
        int width = program.outputs();
        // Where nothing is written, the kernels take an address of 0.
        Object into = lowering.training() ? gradient : (Object) 0L;
        if (program.loss() instanceof SoftmaxCrossEntropy softmax) {
            this.outputs = lowering.floats((long) rows * width);
            lowering.step(
                    () -> lowering.gpu()
                            .launch(
                                    "softmax_loss",
                                    rows,
                                    1,
                                    ROW_THREADS,
                                    last,
                                    labels,
                                    lowering.passValues(),
                                    softmax.clip(),
                                    width,
                                    outputs,
                                    into,
                                    losses,
                                    hits),
                    last,
                    labels,
                    outputs,
                    gradient,
                    losses,
                    hits);
        } else {
            this.outputs = last;
            lowering.elementwise(
                    "squared_loss",
                    rows,
                    List.of(last, labels, lowering.passValues(), width, (long) rows, into, losses, hits),
                    last,
                    labels,
                    gradient,
                    losses,
                    hits);
        }
        lowering.step(
                () -> lowering.gpu()
                        .launch(
                                "sum_losses",
                                1,
                                1,
                                SUMS,
                                losses,
                                hits,
                                (long) rows,
                                memory.results(0),
                                memory.results(SUMS * Double.BYTES)),
                losses,
                hits);
        if (!lowering.training()) {
            lowering.keep(outputs);
        }
    }

    /** Where the labels of the examples go: classes as ints, or targets as floats. */
    DeviceTensor labels() {
        return labels;
    }

    /** Class probabilities or predictions, {@code [rows, outputs]}; after a pass without gradient only. */
    DeviceTensor outputs() {
        return outputs;
    }
}
