package io.batchscope.data;

/**
 * Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): a small generator whose streams are fixed by the algorithm, not by a
 * Java version, so that the same seed gives the same order everywhere.
 */
public final class SplitMix {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;

    public SplitMix(long seed) {
        state = seed;
    }

    /** The next 64 random bits. */
    public long next() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in 0 … bound − 1, without bias. */
    public long below(long bound) {
        if (bound < 1) {
            throw new IllegalArgumentException("bound must be at least 1, but is " + bound);
        }
        long bits = next() >>> 1;
        long value = bits % bound;
        while (bits - value + (bound - 1) < 0) {
            bits = next() >>> 1;
            value = bits % bound;
        }
        return value;
    }

    /** A uniform permutation of 0 … size − 1 (Fisher and Yates). */
    public int[] permutation(int size) {
        int[] values = new int[size];
        for (int i = 0; i < size; i++) {
            int j = (int) below(i + 1L);
            values[i] = values[j];
            values[j] = i;
        }
        return values;
    }

    /** SplitMix64's finalizer: a bijection that scatters nearby numbers. */
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
