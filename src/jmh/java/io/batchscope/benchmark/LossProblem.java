package io.batchscope.benchmark;

import io.batchscope.data.Examples;
import io.batchscope.train.Parameters;

/**
 * A loss to be reached on the training examples.
 *
 * @param target mean cross-entropy in nats
 */
record LossProblem(DenseNetwork network, Examples examples, double target) {
    /** Measured by the same code for everyone. */
    double loss(Parameters parameters) {
        return network.loss(parameters.values(), examples);
    }

    boolean isSolvedBy(Parameters parameters) {
        return loss(parameters) <= target;
    }

    /**
     * The least amount that is enough, for trainings that begin anew every time: doubles until it is enough, then halves
     * the interval.
     *
     * @param most after which to give up
     */
    int search(LossTraining training, int most) {
        int enough = 1;
        while (!isSolvedBy(training.train(enough).parameters())) {
            if (enough >= most) {
                throw notReached(training, enough);
            }
            enough = Math.min(most, 2 * enough);
        }
        int tooLittle = enough / 2;
        while (enough - tooLittle > 1) {
            int middle = (tooLittle + enough) / 2;
            if (isSolvedBy(training.train(middle).parameters())) {
                enough = middle;
            } else {
                tooLittle = middle;
            }
        }
        return enough;
    }

    IllegalStateException notReached(LossTraining training, int amount) {
        return new IllegalStateException("loss " + target + " not reached in " + amount + " " + training.unit());
    }
}
