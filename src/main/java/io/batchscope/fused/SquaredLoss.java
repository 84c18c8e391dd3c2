package io.batchscope.fused;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica.Score;

/** (y − target)² of one output. */
final class SquaredLoss implements OutputLoss {
    private final Tensor output;
    private final Tensor gradient;
    private final float[] values;

    /**
     * @param output y, {@code [rows, 1]}
     * @param gradient where its gradient goes
     */
    SquaredLoss(Lowering lowering, Tensor output, Tensor gradient) {
        this.output = output;
        this.gradient = gradient;
        this.values = new float[lowering.rows()];
    }

    @Override
    public Score score(Batch batch, int first) {
        output.data().get(values);
        double lossSum = 0;
        for (int row = 0; row < values.length; row++) {
            double residual = values[row] - batch.targets()[first + row];
            lossSum += residual * residual;
        }
        return new Score(values.length, lossSum, 0);
    }

    @Override
    public void outputs(float[] into, int offset) {
        output.data().get(into, offset, values.length);
    }

    @Override
    public double differentiate(Batch batch, int first, float weight) {
        double lossSum = score(batch, first).lossSum();
        for (int row = 0; row < values.length; row++) {
            values[row] = 2 * weight * (values[row] - batch.targets()[first + row]);
        }
        gradient.data().put(values);
        return lossSum;
    }
}
