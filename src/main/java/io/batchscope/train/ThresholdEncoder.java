package io.batchscope.train;

import io.batchscope.train.Replica.Range;
import java.util.Arrays;

/**
 * What one rank sends of its gradients, after Strom 2015, section 3: it adds each gradient g to its residual r, and of the
 * elements beyond the threshold τ sends the sign, which stands for ±τ. The residual keeps what was not sent:
 *
 * <pre>
 * r ← r + g
 * q = τ·sign(r) where |r| ≥ τ, else 0
 * r ← r − q
 * </pre>
 *
 * <p>So nothing is lost: Σ g = Σ q + r. Signs are two bits an element, sixteen elements a word from the lowest bits on: 0
 * not sent, 1 for +τ, 2 for −τ.
 */
final class ThresholdEncoder {
    /** Elements whose signs are in one word. */
    static final int PER_WORD = 16;

    static final float UNBOUNDED = Float.POSITIVE_INFINITY;

    private final GradientParts parts;
    private final float[] residual;
    private final int[] signs;
    private int sent;
    private boolean finite = true;

    /** One whose residual is 0. Elements that are no gradient are passed over: they stay 0 and are not sent. */
    ThresholdEncoder(GradientParts parts) {
        this.parts = parts;
        this.residual = new float[parts.length()];
        this.signs = new int[words(parts.length())];
    }

    /** Words that the signs of so many elements take. */
    static int words(int length) {
        return (int) (((long) length + PER_WORD - 1) / PER_WORD);
    }

    /**
     * Takes in a gradient and finds what is to be sent. If anything {@linkplain #finite is not finite}, residual and signs
     * are of no use any more.
     *
     * @param gradient as long as the residual
     * @param threshold τ, above 0
     * @param bound the residual is cut to −bound … bound, and what is beyond is lost; {@link #UNBOUNDED}: it is not
     */
    void encode(float[] gradient, float threshold, float bound) {
        sent = 0;
        finite = true;
        Arrays.fill(signs, 0);
        for (Range range : parts.free()) {
            int from = range.from();
            while (from < range.to()) {
                int to = Math.min(range.to(), from - from % PER_WORD + PER_WORD);
                signs[from / PER_WORD] |= encode(gradient, threshold, bound, from, to);
                from = to;
            }
        }
    }

    /** The signs of elements of one word. Few are sent, so a branch costs less than arithmetic without one. */
    private int encode(float[] gradient, float threshold, float bound, int from, int to) {
        int word = 0;
        float least = Math.min(threshold, bound);
        for (int i = from; i < to; i++) {
            float value = residual[i] + gradient[i];
            // What is not a number is not below anything either.
            if (!(Math.abs(value) < least)) {
                if (!(Math.abs(value) < threshold)) {
                    finite &= Math.abs(value) <= Float.MAX_VALUE;
                    int negative = Float.floatToRawIntBits(value) >>> 31;
                    word |= (1 + negative) << (2 * (i % PER_WORD));
                    value -= negative == 0 ? threshold : -threshold;
                    sent++;
                }
                value = Math.max(-bound, Math.min(bound, value));
            }
            residual[i] = value;
        }
        return word;
    }

    /** Adds to {@code into} 1 where +τ is meant and −1 where −τ is. */
    static void addSigns(int[] words, int offset, int count, float[] into) {
        for (int word = 0; word < count; word++) {
            int left = words[offset + word];
            while (left != 0) {
                int bit = Integer.numberOfTrailingZeros(left);
                into[word * PER_WORD + (bit >> 1)] += 1 - 2 * (bit & 1);
                left &= left - 1;
            }
        }
    }

    /** What is not sent yet, {@code float[length]}; the array itself. */
    float[] residual() {
        return residual;
    }

    /** What was found to be sent; the array itself. */
    int[] signs() {
        return signs;
    }

    /** How many elements are to be sent. */
    int sent() {
        return sent;
    }

    /** Whether all elements of the last gradient, added to the residual, were finite. */
    boolean finite() {
        return finite;
    }
}
