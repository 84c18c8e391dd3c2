package io.batchscope.train;

import io.batchscope.plan.OptimizerConfig;
import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a run and what its rule keeps about them. An update goes through them in blocks, and hands each to
 * the replica at once: one sweep through memory instead of two. Only clipping and layer-wise rules, which must know norms
 * before, go through them once more.
 */
public final class ParameterUpdate {
    /** Parameters a block; its vectors (parameters, gradient, state) fit the second-level cache. */
    private static final int BLOCK = 16_384;

    /**
     * Neighbours that are treated alike: a tensor, or several where the rule does not tell them apart.
     *
     * @param rule null: they are held
     */
    private record Part(int from, int to, @Nullable UpdateRule rule) {
        /** Whether the two are updated in one. */
        boolean goesOnIn(Part next) {
            return rule == null ? next.rule == null : rule.equals(next.rule) && !(rule instanceof LayerwiseRule);
        }
    }

    private final Replica replica;
    private final double clipNorm;
    private final float[] parameters;
    private final float[][] state;
    private final Part[] parts;
    private final WeightPenalty[] penalties;

    /** A block before its update. */
    private final float[] before = new float[BLOCK];

    /**
     * Zeros, until they are taken from somewhere.
     *
     * @param optimizer says the rule of each tensor, and how long a gradient may be
     * @param replica gets the new parameters, and says which are held or penalised
     */
    public ParameterUpdate(OptimizerConfig optimizer, Replica replica) {
        this(kind -> UpdateRule.of(optimizer, kind), optimizer.clipNorm(), replica);
    }

    /** One that has the same rule for all tensors, and never clips. */
    public ParameterUpdate(UpdateRule rule, Replica replica) {
        this(kind -> rule, Double.POSITIVE_INFINITY, replica);
    }

    private ParameterUpdate(Function<ParameterTensor.Kind, UpdateRule> rules, double clipNorm, Replica replica) {
        this.replica = replica;
        this.clipNorm = clipNorm;
        this.parameters = new float[replica.parameterCount()];
        this.state = new float[rules.apply(ParameterTensor.Kind.WEIGHT).stateVectors()][parameters.length];
        this.parts = parts(rules, replica);
        this.penalties = replica.penalties().toArray(WeightPenalty[]::new);
    }

    /** All parameters in ascending order. */
    private static Part[] parts(Function<ParameterTensor.Kind, UpdateRule> rules, Replica replica) {
        List<Part> all = new ArrayList<>();
        for (ParameterTensor tensor : replica.tensors()) {
            all.add(new Part(tensor.from(), tensor.to(), rules.apply(tensor.kind())));
        }
        for (Range range : replica.heldParameters()) {
            all.add(new Part(range.from(), range.to(), null));
        }
        all.sort(Comparator.comparingInt(Part::from));
        List<Part> joined = new ArrayList<>();
        int end = 0;
        for (Part part : all) {
            requireFollows(end, part.from);
            Part before = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (before != null && before.goesOnIn(part)) {
                joined.set(joined.size() - 1, new Part(before.from, part.to, part.rule));
            } else {
                joined.add(part);
            }
            end = part.to;
        }
        requireFollows(end, replica.parameterCount());
        return joined.toArray(Part[]::new);
    }

    private static void requireFollows(int end, int next) {
        if (next != end) {
            throw new IllegalArgumentException(
                    "parameters of a replica: tensors and held parameters must be all of them,"
                            + " each once, but after " + end + " comes " + next);
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
     *     it, and then it is shortened if it is too long
     */
    public void apply(float[] mean, double rate, long step) {
        apply(mean, rate, step, false);
    }

    /**
     * As {@link #apply(float[], double, long)}.
     *
     * @param measure whether to measure the change
     * @return ‖·‖₂ of the change of what is not held; null if it was not to be measured
     */
    @Nullable
    Double apply(float[] mean, double rate, long step, boolean measure) {
        double squares = 0;
        for (WeightPenalty penalty : penalties) {
            penalty.addGradient(parameters, mean);
        }
        float factor = clipFactor(mean);
        for (Part part : parts) {
            UpdateRule rule = part.rule;
            if (rule == null) {
                lower(mean, part);
                continue;
            }
            if (factor != 1) {
                for (int i = part.from; i < part.to; i++) {
                    mean[i] *= factor;
                }
            }
            double own = rule.layerRate(parameters, mean, state, rate, step, part.from, part.to);
            for (int from = part.from; from < part.to; from += BLOCK) {
                int to = Math.min(part.to, from + BLOCK);
                if (measure) {
                    System.arraycopy(parameters, from, before, 0, to - from);
                }
                rule.update(parameters, mean, state, own, step, from, to);
                replica.writeParameters(parameters, from, to);
                if (measure) {
                    squares += SquaredNorm.ofDifference(parameters, from, to, before, 0);
                }
            }
        }
        return measure ? (Double) Math.sqrt(squares) : null;
    }

    private void lower(float[] mean, Part held) {
        for (int i = held.from; i < held.to; i++) {
            parameters[i] -= mean[i];
        }
        replica.writeParameters(parameters, held.from, held.to);
    }

    /**
     * What makes the gradient as long as it may be, c/‖g‖ where ‖g‖ is above c, the norm over all that is not held
     * (Pascanu et al. 2013, algorithm 1). A gradient that is not finite stays as it is: times 0 it would be a zero, and the
     * run would seem to go on.
     */
    private float clipFactor(float[] mean) {
        if (Double.isInfinite(clipNorm)) {
            return 1;
        }
        double squares = 0;
        for (Part part : parts) {
            if (part.rule != null) {
                squares += LayerwiseRule.squaredNorm(mean, part.from, part.to);
            }
        }
        double norm = Math.sqrt(squares);
        return norm > clipNorm && Double.isFinite(norm) ? (float) (clipNorm / norm) : 1;
    }
}
