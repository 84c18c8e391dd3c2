package io.batchscope.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings what ranks keep for themselves to the first rank, for a checkpoint, and back. One vector at a time is summed with
 * nothing from all other ranks, which leaves its bits as they are.
 */
final class OwnVectors {
    /** Puts nothing into a sum: x + −0 is x for every x, −0 included. */
    private static final float NOTHING = -0f;

    private OwnVectors() {}

    /** All ranks' vectors, those of rank 0 first, on the first rank; nothing on the others. All ranks call it. */
    static List<float[]> gather(List<float[]> own, Collective collective) {
        List<float[]> all = new ArrayList<>();
        for (int rank = 0; rank < collective.size(); rank++) {
            for (float[] vector : own) {
                float[] sum = new float[vector.length];
                take(rank == collective.rank() ? vector : null, sum);
                collective.allReduceSum(sum, 0, sum.length);
                if (collective.rank() == 0) {
                    all.add(sum);
                }
            }
        }
        return all;
    }

    /**
     * Gives each rank its own. All ranks call it.
     *
     * @param all as {@link #gather} gave them on the first rank; not used on the others
     */
    static void scatter(List<float[]> all, List<float[]> own, Collective collective) {
        for (int rank = 0; rank < collective.size(); rank++) {
            for (int i = 0; i < own.size(); i++) {
                float[] sum = new float[own.get(i).length];
                take(collective.rank() == 0 ? all.get(rank * own.size() + i) : null, sum);
                collective.allReduceSum(sum, 0, sum.length);
                if (rank == collective.rank()) {
                    System.arraycopy(sum, 0, own.get(i), 0, sum.length);
                }
            }
        }
    }

    private static void take(float @Nullable [] vector, float[] into) {
        if (vector == null) {
            Arrays.fill(into, NOTHING);
        } else {
            System.arraycopy(vector, 0, into, 0, into.length);
        }
    }
}
