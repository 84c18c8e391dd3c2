package io.batchscope.fused;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica.Score;

/** The loss of a pass's outputs against a batch's labels. */
interface OutputLoss {
    /**
     * Loss and hits.
     *
     * @param first number in the batch of the pass's first example
     */
    Score score(Batch batch, int first);

    /**
     * Copies what the pass put out.
     *
     * @param into takes it from {@code offset} on, {@code [rows, outputs]} row by row
     */
    void outputs(float[] into, int offset);

    /**
     * Puts weight × the gradient of the summed loss with respect to the last value where the backward steps start.
     *
     * @param first number in the batch of the pass's first example
     * @return the sum over the examples of the loss
     */
    double differentiate(Batch batch, int first, float weight);
}
