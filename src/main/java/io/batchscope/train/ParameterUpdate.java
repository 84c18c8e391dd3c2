package io.batchscope.train;

import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The parameters of a run and what its rule keeps about them. An update goes through them in blocks, and hands each to
 * the replica at once: one sweep through memory instead of two.
 */
public final class ParameterUpdate {
    /** Parameters a block; its vectors (parameters, gradient, state) fit the second-level cache. */
    private static final int BLOCK = 16_384;

    /** Parameters that are treated alike. */
    private record Part(int from, int to, boolean held) {}

    private final UpdateRule rule;
    private final Replica replica;
    private final float[] parameters;
    private final float[][] state;
    private final Part[] parts;
    private final WeightPenalty[] penalties;

    /**
     * Zeros, until they are taken from somewhere.
     *
     * @param replica gets the new parameters, and says which are held or penalised
     */
    public ParameterUpdate(UpdateRule rule, Replica replica) {
        this.rule = rule;
        this.replica = replica;
        this.parameters = new float[replica.parameterCount()];
        this.state = new float[rule.stateVectors()][parameters.length];
        this.parts = parts(replica.heldParameters(), parameters.length);
        this.penalties = replica.penalties().toArray(WeightPenalty[]::new);
    }

    /** All parameters in ascending order, in parts of at most a block. */
    private static Part[] parts(List<Range> held, int parameterCount) {
        List<Part> parts = new ArrayList<>();
        int from = 0;
        for (Range range :
                held.stream().sorted(Comparator.comparingInt(Range::from)).toList()) {
            cut(from, range.from(), false, parts);
            cut(range.from(), range.to(), true, parts);
            from = range.to();
        }
        cut(from, parameterCount, false, parts);
        return parts.toArray(Part[]::new);
    }

    private static void cut(int from, int to, boolean held, List<Part> into) {
        for (int start = from; start < to; start += BLOCK) {
            into.add(new Part(start, Math.min(to, start + BLOCK), held));
        }
    }

    /** The parameters, {@code float[parameterCount]}; the array itself. */
    public float[] parameters() {
        return parameters;
    }

    /** The parameters, then what the rule keeps; the arrays themselves. */
    List<float[]> vectors() {
        List<float[]> vectors = new ArrayList<>();
        vectors.add(parameters);
        vectors.addAll(List.of(state));
        return vectors;
    }

    /**
     * Does update {@code step} (from 0) and hands the new parameters to the replica. Held parameters are lowered by what
     * stands in their places.
     *
     * @param mean the mean gradient in its first {@code parameterCount} elements; the model's own penalties are added to
     *     it
     */
    public void apply(float[] mean, double rate, long step) {
        for (WeightPenalty penalty : penalties) {
            penalty.addGradient(parameters, mean);
        }
        for (Part part : parts) {
            if (part.held) {
                for (int i = part.from; i < part.to; i++) {
                    parameters[i] -= mean[i];
                }
            } else {
                rule.update(parameters, mean, state, rate, step, part.from, part.to);
            }
            replica.writeParameters(parameters, part.from, part.to);
        }
    }
}
