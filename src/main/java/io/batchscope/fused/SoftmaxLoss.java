package io.batchscope.fused;

import static io.batchscope.fused.OneDnn.check;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_inference;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_accurate;
import static org.bytedeco.dnnl.global.dnnl.dnnl_softmax_forward_primitive_desc_create;

import io.batchscope.data.Batch;
import io.batchscope.fused.Lowering.Argument;
import io.batchscope.train.Replica.Score;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Cross-entropy of the softmax; its gradient is p − 1{class}. With labels smoothed by ε over K classes the loss is
 * −(1 − ε)·log p_class − ε/K·Σ log p_k and its gradient p − (1 − ε)·1{class} − ε/K (Szegedy et al. 2016, section 7).
 */
final class SoftmaxLoss implements OutputLoss {
    private final float clip;
    private final int rows;
    private final int outputs;
    private final Tensor probabilities;
    private final Tensor gradient;
    private final float[] values;

    /**
     * @param clip the least probability that counts in the loss, see {@code Program.Loss.SoftmaxCrossEntropy}
     * @param logits what the softmax is of
     * @param gradient where its gradient goes
     */
    SoftmaxLoss(Lowering lowering, float clip, Tensor logits, Tensor gradient) {
        this.clip = clip;
        this.rows = lowering.rows();
        this.outputs = Math.toIntExact(logits.dimensions()[1]);
        this.gradient = gradient;
        this.probabilities = lowering.tensor(logits.description(), logits.dimensions());
        this.values = new float[rows * outputs];
        dnnl_primitive_desc description = lowering.natives().own(new dnnl_primitive_desc());
        check(
                dnnl_softmax_forward_primitive_desc_create(
                        description,
                        OneDnn.engine(),
                        dnnl_forward_inference,
                        dnnl_softmax_accurate,
                        logits.description(),
                        probabilities.description(),
                        1,
                        null),
                "a softmax");
        lowering.forward()
                .add(lowering.primitive(
                        description, new Argument(DNNL_ARG_SRC, logits), new Argument(DNNL_ARG_DST, probabilities)));
    }

    private double loss(float probability) {
        return -Math.log(Math.min(Math.max(probability, clip), 1 - clip));
    }

    /** The class with the largest probability in the row that starts there; the first of equals. */
    private int largest(int start) {
        int largest = 0;
        for (int i = 1; i < outputs; i++) {
            if (values[start + i] > values[start + largest]) {
                largest = i;
            }
        }
        return largest;
    }

    @Override
    public Score score(Batch batch, int first) {
        probabilities.data().get(values);
        double lossSum = 0;
        long correct = 0;
        for (int row = 0; row < rows; row++) {
            int start = row * outputs;
            int label = batch.classes()[first + row];
            lossSum += loss(values[start + label]);
            if (largest(start) == label) {
                correct++;
            }
        }
        return new Score(rows, lossSum, correct);
    }

    @Override
    public void outputs(float[] into, int offset) {
        probabilities.data().get(into, offset, values.length);
    }

    @Override
    public double differentiate(Batch batch, int first, float weight) {
        probabilities.data().get(values);
        double smoothing = batch.labelSmoothing();
        double lossSum = 0;
        for (int row = 0; row < rows; row++) {
            int place = row * outputs + batch.classes()[first + row];
            lossSum += (1 - smoothing) * loss(values[place]);
            if (smoothing > 0) {
                lossSum += smooth(row * outputs, smoothing / outputs);
            }
            values[place] -= (float) (1 - smoothing);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] *= weight;
        }
        gradient.data().put(values);
        return lossSum;
    }

    /** What every class of the row that starts there counts for, {@code share}: its part of the loss and of the gradient. */
    private double smooth(int start, double share) {
        double lossSum = 0;
        for (int i = start; i < start + outputs; i++) {
            lossSum += share * loss(values[i]);
            values[i] -= (float) share;
        }
        return lossSum;
    }
}
