package io.batchscope.law;

import java.util.Optional;

/**
 * What lies between neighbouring workers. A sum of n bytes over p workers in a ring takes t(n) = 2(p − 1)·L + 2(p − 1)/p · n/W:
 * the chunks of n/p bytes go round twice, but for one step each (Patarasuk and Yuan 2009).
 *
 * @param latencySeconds L, of one hop; at least 0
 * @param bandwidthBytesPerSecond W; above 0
 */
public record Link(double latencySeconds, double bandwidthBytesPerSecond) {
    /**
     * What a sum took.
     *
     * @param bytes of the vector that was summed
     * @param seconds until a rank had the sum
     */
    public record Sum(long bytes, double seconds) {}

    /**
     * Solves the two equations for L and W. Where noise makes the small sum shorter than its bytes alone ask for, L is 0.
     *
     * @param workers p, at least 2
     * @param small of fewer bytes than {@code large}
     * @return empty if the large sum did not take longer than the small one, which shows no bandwidth
     */
    public static Optional<Link> of(int workers, Sum small, Sum large) {
        if (workers < 2 || small.bytes >= large.bytes) {
            throw new IllegalArgumentException(
                    "a link lies between 2 workers at least and shows in sums of two sizes, but here are " + workers
                            + " workers and sums of " + small.bytes + " and " + large.bytes + " bytes");
        }
        double more = large.seconds - small.seconds;
        if (!(more > 0)) {
            return Optional.empty();
        }
        double hops = 2.0 * (workers - 1);
        double bandwidth = hops / workers * (large.bytes - small.bytes) / more;
        double latency = (small.seconds - hops / workers * small.bytes / bandwidth) / hops;
        return Optional.of(new Link(Math.max(0, latency), bandwidth));
    }

    /** t(n) of a sum of so many bytes over so many workers; 0 with one. */
    public double seconds(int workers, long bytes) {
        double hops = 2.0 * (workers - 1);
        return hops * latencySeconds + hops / workers * bytes / bandwidthBytesPerSecond;
    }
}
