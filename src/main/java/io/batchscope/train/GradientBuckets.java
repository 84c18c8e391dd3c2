package io.batchscope.train;

import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The parts of a gradient in buckets that are summed over the ranks one after the other, each as soon as its last part is
 * final. Buckets depend on the model only: for three ranks or more their borders change the order of summation, and so
 * the last bits.
 */
final class GradientBuckets {
    /** A bucket is full with so many parameters: with fewer, what each sum costs besides weighs more than what is hidden. */
    static final int FULL = 1 << 18;

    /** Of each part the ranges that are to be summed once it is final; none but for the last part of a bucket. */
    private final Range[][] due;

    private final int count;

    /** @param order as {@link Replica#gradientOrder} */
    GradientBuckets(List<Range> order) {
        this.due = new Range[order.size()][0];
        List<Range> bucket = new ArrayList<>();
        int parameters = 0;
        int buckets = 0;
        for (int part = 0; part < due.length; part++) {
            bucket.add(order.get(part));
            parameters += order.get(part).to() - order.get(part).from();
            if (parameters >= FULL || part == due.length - 1) {
                due[part] = joined(bucket);
                bucket.clear();
                parameters = 0;
                buckets++;
            }
        }
        this.count = buckets;
    }

    /** In ascending order, and one range of those that touch each other: as few sums as there can be. */
    private static Range[] joined(List<Range> ranges) {
        List<Range> joined = new ArrayList<>();
        for (Range range :
                ranges.stream().sorted(Comparator.comparingInt(Range::from)).toList()) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).to() == range.from()) {
                joined.set(last, new Range(joined.get(last).from(), range.to()));
            } else {
                joined.add(range);
            }
        }
        return joined.toArray(Range[]::new);
    }

    /** How many parts the gradient has. */
    int parts() {
        return due.length;
    }

    /** How many buckets there are. */
    int count() {
        return count;
    }

    /** Begins the sums that part {@code part} completes, in an order that is the same on every rank. */
    void begin(int part, Collective collective, float[] gradient) {
        for (Range range : due[part]) {
            collective.begin(gradient, range.from(), range.to());
        }
    }
}
