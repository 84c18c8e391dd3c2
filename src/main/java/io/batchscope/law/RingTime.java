package io.batchscope.law;

/**
 * What p workers take to sum a vector over a ring: 2(p − 1)·L + 2(p − 1)/p·n/W seconds, the bytes being the least that any
 * all-reduce sends (Patarasuk and Yuan 2009).
 *
 * @param latencySeconds L, of one message to the neighbour
 * @param bytesPerSecond W, of one link
 */
public record RingTime(double latencySeconds, double bytesPerSecond) {
    /**
     * Of a vector.
     *
     * @param workers p, at least 1
     * @param bytes n, of the whole vector
     */
    public double seconds(int workers, double bytes) {
        return workers == 1 ? 0 : 2 * (workers - 1) * latencySeconds + bytesSent(workers, bytes) / bytesPerSecond;
    }

    /** What every worker sends: 2(p − 1)/p·n. */
    public static double bytesSent(int workers, double bytes) {
        return 2.0 * (workers - 1) / workers * bytes;
    }
}
