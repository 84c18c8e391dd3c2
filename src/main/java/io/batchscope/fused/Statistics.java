package io.batchscope.fused;

import io.batchscope.train.Operation.BatchNormalization;

/**
 * Moves the running statistics of a batch normalization: puts into their places in the gradient what is to be subtracted
 * from them, once per example of the micro-batch.
 */
final class Statistics implements Step {
    private final Lowering lowering;
    private final float decay;
    private final boolean logarithmic;
    private final Tensor[] from;
    private final Tensor[] to;
    private final float[] batch;
    private final float[] running;

    /**
     * @param mean of the micro-batch, per channel
     * @param variance of the micro-batch, per channel
     */
    Statistics(Lowering lowering, BatchNormalization operation, Tensor mean, Tensor variance) {
        this.lowering = lowering;
        this.decay = operation.decay();
        this.logarithmic = operation.logarithmic();
        int channels = operation.channels();
        this.from = new Tensor[] {
            mean,
            lowering.parameters(operation.mean(), channels),
            variance,
            lowering.parameters(operation.variance(), channels)
        };
        this.to = new Tensor[] {
            lowering.gradient(operation.mean(), channels), lowering.gradient(operation.variance(), channels)
        };
        this.batch = new float[channels];
        this.running = new float[channels];
    }

    @Override
    public void run() {
        float factor = lowering.weight().value() * lowering.rows();
        for (int statistic = 0; statistic < 2; statistic++) {
            from[2 * statistic].data().get(batch);
            from[2 * statistic + 1].data().get(running);
            boolean logarithms = statistic == 1 && logarithmic;
            for (int i = 0; i < batch.length; i++) {
                running[i] = factor * (logarithms ? logarithmicChange(i) : (1 - decay) * (running[i] - batch[i]));
            }
            to[statistic].data().put(running);
        }
    }

    /** log₁₀ σ − log₁₀ σ′, where σ′² = decay·σ² + (1 − decay)·(variance of the micro-batch). */
    private float logarithmicChange(int i) {
        double now = Math.pow(10, 2.0 * running[i]);
        return (float) (0.5 * Math.log10(now / (decay * now + (1.0 - decay) * batch[i])));
    }

    /** A step that turns log₁₀ of standard deviations into variances. */
    static Step squared(Tensor logarithms, Tensor variances) {
        float[] values = new float[Math.toIntExact(variances.dimensions()[0])];
        return () -> {
            logarithms.data().get(values);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) Math.pow(10, 2.0 * values[i]);
            }
            variances.data().put(values);
        };
    }
}
