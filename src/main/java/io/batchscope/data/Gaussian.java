package io.batchscope.data;

/** Standard normal numbers after Box and Muller 1958; StrictMath, so that they are the same on every machine. */
public final class Gaussian {
    private static final double UNIT = 0x1.0p-53;

    private final SplitMix random;

    public Gaussian(SplitMix random) {
        this.random = random;
    }

    /** The next one. */
    public double next() {
        double radius = Math.sqrt(-2 * StrictMath.log(((random.next() >>> 11) + 1) * UNIT));
        return radius * StrictMath.cos(2 * Math.PI * ((random.next() >>> 11) * UNIT));
    }
}
