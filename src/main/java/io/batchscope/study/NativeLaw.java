package io.batchscope.study;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Native memory of a replica as a function of the micro-batch: measured at a few sizes, on straight lines between them and
 * beyond the last two. Where there is one size only, a larger micro-batch takes at most in proportion to it.
 *
 * @param points ascending in the micro-batch
 */
public record NativeLaw(List<Point> points) implements Serializable {
    /**
     * What a replica held after a gradient and a score of so many examples.
     *
     * @param bytes never less than with fewer examples
     */
    public record Point(int microBatch, long bytes) implements Serializable {}

    /** Nothing measured. */
    public static final NativeLaw NONE = new NativeLaw(List.of());

    public NativeLaw {
        points = List.copyOf(points);
    }

    /** The same with one more measurement; one of the same size is replaced. */
    NativeLaw with(Point point) {
        List<Point> all = new ArrayList<>(points);
        all.removeIf(other -> other.microBatch() == point.microBatch());
        all.add(point);
        all.sort(Comparator.comparingInt(Point::microBatch));
        return new NativeLaw(all);
    }

    /** Bytes with micro-batches of so many examples, at least 1; 0 where nothing is measured. */
    public long bytes(long microBatch) {
        if (points.isEmpty()) {
            return 0;
        }
        Point first = points.get(0);
        if (points.size() == 1) {
            return first.bytes() * Math.max(1, ceiling(microBatch, first.microBatch()));
        }
        int segment = 1;
        while (segment < points.size() - 1 && points.get(segment).microBatch() < microBatch) {
            segment++;
        }
        return Math.max(first.bytes(), line(points.get(segment - 1), points.get(segment), microBatch));
    }

    private static long ceiling(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    private static long line(Point from, Point to, long microBatch) {
        double slope = Math.max(0, to.bytes() - from.bytes()) / (double) (to.microBatch() - from.microBatch());
        return from.bytes() + (long) Math.ceil(slope * (microBatch - from.microBatch()));
    }

    /** The sizes that were measured, such as {@code 1, 2, 8, 512, 1024}. */
    public String sizes() {
        return String.join(
                ", ",
                points.stream()
                        .map(point -> Integer.toString(point.microBatch()))
                        .toList());
    }
}
