package io.batchscope.train;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One copy of the network on one worker: the only thing the step loop knows about neural networks. Parameters and
 * gradients are flat {@code float[parameterCount]} in the model's own order.
 */
public interface Replica extends AutoCloseable {
    /** How many parameters the network has. */
    int parameterCount();

    /** Writes the parameters to {@code into[0 … parameterCount − 1]}. */
    void readParameters(float[] into);

    /** Takes its parameters from {@code values[0 … parameterCount − 1]}. */
    void writeParameters(float[] values);

    /**
     * Takes its parameters {@code from … to − 1} from the same places of {@code values}. An update comes as ranges in
     * ascending order that together are all parameters, each while it is still in the processor's cache. A replica that
     * takes its parameters only as a whole takes them with the last range.
     */
    default void writeParameters(float[] values, int from, int to) {
        if (to == parameterCount()) {
            writeParameters(values);
        }
    }

    /**
     * Computes {@code weight} × the gradient of the <em>sum</em> over the batch's examples of the loss, in training mode,
     * where labels are smoothed as the batch says ({@link Batch#labelSmoothing}).
     *
     * @param batch at least one example
     * @param weight what the sum counts for; 1 / (size of the global batch) makes the parts of a global batch add up to
     *     its mean gradient (Goyal et al. 2017, section 3, remark 3)
     * @param add whether to add it to what is in {@code into}, and not to overwrite that
     * @param into takes it in its first {@code parameterCount} elements
     * @return the sum over the examples of the loss, not weighted
     */
    double gradient(Batch batch, float weight, boolean add, float[] into);

    /**
     * The parameters that the update rule must leave alone: running statistics of batch normalization and frozen
     * layers. In their places {@link #gradient} puts weight × examples × the amount that is to be subtracted.
     */
    default List<Range> heldParameters() {
        return List.of();
    }

    /**
     * The parameters that are not held, tensor by tensor in ascending order: what a layer-wise rule gives a rate of its own,
     * and what weight decay may leave out. By default what lies between held parameters is one weight.
     */
    default List<ParameterTensor> tensors() {
        List<ParameterTensor> tensors = new ArrayList<>();
        int from = 0;
        List<Range> held = new ArrayList<>(Range.joined(heldParameters()));
        held.add(new Range(parameterCount(), parameterCount()));
        for (Range range : held) {
            if (range.from() > from) {
                tensors.add(new ParameterTensor("parameters" + from, from, range.from(), ParameterTensor.Kind.WEIGHT));
            }
            from = range.to();
        }
        return tensors;
    }

    /** The model's own penalties on its parameters, none of them held; {@link #gradient} leaves them out. */
    default List<WeightPenalty> penalties() {
        return List.of();
    }

    /** Loss and hits of the batch in inference mode, whatever its label smoothing. */
    Score score(Batch batch);

    /**
     * What the network puts out in inference mode, as it stands behind the last activation: class probabilities for a model
     * that ends in softmax, predictions for regression.
     *
     * @param into takes it in its first {@code size · outputs} elements, {@code [size, outputs]} row by row
     * @throws UnsupportedOperationException by default: a problem that is a loss of the parameters puts nothing out
     */
    default void outputs(Batch batch, float[] into) {
        throw new UnsupportedOperationException(getClass().getSimpleName() + " has a loss and nothing else");
    }

    /**
     * The parts of the gradient in the order in which they become final while it is computed, the same for all replicas of
     * a model; together all parameters. One part: nothing is final before all is.
     */
    default List<Range> gradientOrder() {
        return List.of(new Range(0, parameterCount()));
    }

    /**
     * As {@link #gradient(Batch, float, boolean, float[])}, and tells of each part of {@link #gradientOrder} as soon as it
     * is final in {@code into}; this thread goes on when the listener returns.
     */
    default double gradient(Batch batch, float weight, boolean add, float[] into, GradientListener listener) {
        double lossSum = gradient(batch, weight, add, into);
        for (int part = 0; part < gradientOrder().size(); part++) {
            listener.onReady(part);
        }
        return lossSum;
    }

    /** Hears how far a gradient is. */
    @FunctionalInterface
    interface GradientListener {
        /** Part {@code part} of {@link #gradientOrder} is final; parts come in order, each once. */
        void onReady(int part);
    }

    /** Native memory that it holds, in bytes; grows to what the largest micro-batch so far needs. */
    default long nativeBytes() {
        return 0;
    }

    /**
     * Tells of examples that batches will be filled with, many times. A replica on a device may bring them there once; batches
     * that are filled with them on demand then cost no copies of features.
     *
     * @return whether it did, so that nobody need copy features ahead
     */
    default boolean keep(Examples examples) {
        return false;
    }

    /** Memory of its {@link #device} that it holds, in bytes; grows as {@link #nativeBytes} does. */
    default long deviceBytes() {
        return 0;
    }

    /** The GPU that it computes on; empty: the processor. */
    default Optional<Device> device() {
        return Optional.empty();
    }

    /** Seeds what is random in training mode (dropout), so that a step repeats; called before every micro-batch. */
    default void seed(long seed) {}

    @Override
    void close();

    /** Parameters {@code from … to − 1}. */
    record Range(int from, int to) {
        /** The same parameters in ascending order, ranges that touch each other as one. */
        public static List<Range> joined(List<Range> ranges) {
            List<Range> joined = new ArrayList<>();
            for (Range range :
                    ranges.stream().sorted(Comparator.comparingInt(Range::from)).toList()) {
                int last = joined.size() - 1;
                if (last >= 0 && joined.get(last).to == range.from) {
                    joined.set(last, new Range(joined.get(last).from, range.to));
                } else {
                    joined.add(range);
                }
            }
            return joined;
        }
    }

    /**
     * What a replica measured on examples; adds up over batches and workers.
     *
     * @param examples how many
     * @param lossSum sum of the loss over them
     * @param correct how many were classified right; 0 for regression
     */
    record Score(long examples, double lossSum, long correct) {
        /** Nothing measured. */
        public static final Score NONE = new Score(0, 0, 0);

        /** Both together. */
        public Score plus(Score other) {
            return new Score(examples + other.examples, lossSum + other.lossSum, correct + other.correct);
        }

        /** Mean loss per example. */
        public double loss() {
            return lossSum / examples;
        }

        /** Share classified right. */
        public double accuracy() {
            return (double) correct / examples;
        }
    }
}
