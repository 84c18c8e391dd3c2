package io.batchscope.train;

import io.batchscope.train.Synchronizer.Votes;
import java.util.Arrays;

/** The few numbers on which ranks agree before they share what they send: one small sum. */
final class SharedCounts {
    private static final int LOSS = 0;
    private static final int STOP = 1;
    private static final int CHECKPOINT = 2;
    private static final int NOT_FINITE = 3;
    private static final int HELD = 4;
    private static final int SENT = 5;

    private final Collective collective;
    private final double[] numbers;
    private final int[] sent;

    SharedCounts(Collective collective) {
        this.collective = collective;
        this.numbers = new double[SENT + collective.size()];
        this.sent = new int[collective.size()];
    }

    /**
     * Adds up over all ranks. All call it.
     *
     * @param loss this rank's part of the mean loss
     * @param finite whether its gradient is finite
     * @param held whether anything of it is for held parameters
     * @param count elements that it sends
     */
    void sum(double loss, Votes votes, boolean finite, boolean held, int count) {
        Arrays.fill(numbers, 0);
        numbers[LOSS] = loss;
        numbers[STOP] = votes.stop() ? 1 : 0;
        numbers[CHECKPOINT] = votes.checkpoint() ? 1 : 0;
        numbers[NOT_FINITE] = finite ? 0 : 1;
        numbers[HELD] = held ? 1 : 0;
        numbers[SENT + collective.rank()] = count;
        collective.allReduceSum(numbers, 0, numbers.length);
        for (int rank = 0; rank < sent.length; rank++) {
            sent[rank] = (int) numbers[SENT + rank];
        }
    }

    /** Mean loss per example of the global batch. */
    double loss() {
        return numbers[LOSS];
    }

    /** Whether any rank voted to stop. */
    boolean stopWanted() {
        return numbers[STOP] > 0;
    }

    /** Whether the first rank wants a checkpoint. */
    boolean checkpointWanted() {
        return numbers[CHECKPOINT] > 0;
    }

    /** Whether all ranks' gradients are finite. */
    boolean finite() {
        return numbers[NOT_FINITE] == 0;
    }

    /** Whether any rank has something for held parameters. */
    boolean held() {
        return numbers[HELD] > 0;
    }

    /** Elements that each rank sends; the array itself. */
    int[] sent() {
        return sent;
    }

    /** Elements that all ranks send together. */
    long allSent() {
        long all = 0;
        for (int count : sent) {
            all += count;
        }
        return all;
    }
}
