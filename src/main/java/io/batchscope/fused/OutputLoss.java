package io.batchscope.fused;

import io.batchscope.data.Batch;
import io.batchscope.train.Replica.Score;

/** The loss of a pass's outputs against a batch's labels. */
interface OutputLoss {
    /** Loss and hits. */
    Score score(Batch batch);

    /**
     * Puts weight × the gradient of the summed loss with respect to the last value where the backward steps start.
     *
     * @return the sum over the examples of the loss
     */
    double differentiate(Batch batch, float weight);
}
