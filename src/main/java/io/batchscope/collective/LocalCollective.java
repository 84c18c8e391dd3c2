package io.batchscope.collective;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A collective whose ranks are threads of one JVM. Each sums one chunk, straight from all vectors into all vectors, so
 * an operation is two waits and each rank's share of the adding. Sums that were begun are done by {@link #finish}, all
 * with the same two waits: there is no other processor on which they could go on meanwhile.
 *
 * <p>Each rank is used by one thread at a time; {@link #close} may come from any. If an operation fails on one rank it
 * fails on all, and the vectors' contents are then undefined.
 */
public final class LocalCollective implements Collective {
    /** Elements added at a time: what is summed stays in the processor's first cache until it is written to all. */
    private static final int BLOCK = 2048;

    private final int rank;
    private final Meeting meeting;
    private final Brought own;
    private final SentBytes sent;

    LocalCollective(int rank, Meeting meeting) {
        this.rank = rank;
        this.meeting = meeting;
        own = meeting.of(rank);
        sent = new SentBytes(rank, meeting.size());
    }

    /**
     * The collectives of all ranks, in rank order.
     *
     * @param size how many ranks, at least 1
     * @param timeout the longest one rank waits for another within an operation
     */
    public static List<Collective> of(int size, Duration timeout) {
        if (size < 1) {
            throw new IllegalArgumentException("size must be at least 1, but is " + size);
        }
        if (size == 1) {
            return List.of(new SingleCollective());
        }
        Meeting meeting = new Meeting(size, timeout);
        return IntStream.range(0, size)
                .<Collective>mapToObj(rank -> new LocalCollective(rank, meeting))
                .toList();
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return meeting.size();
    }

    @Override
    public void allReduceSum(float[] values, int from, int to) {
        begin(values, from, to);
        finish();
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        own.addSum(values, from, to - from);
        finish();
    }

    @Override
    public void allGather(int[] values, int[] starts) {
        Chunks.checkStarts(starts, size(), values.length);
        own.addGather(values, starts);
        finish();
    }

    @Override
    public long sentBytes() {
        return sent.total();
    }

    @Override
    public void begin(float[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        own.addSum(values, from, to - from);
    }

    @Override
    public void finish() {
        if (own.count() == 0) {
            return;
        }
        await();
        refuseUnlike();
        for (int index = 0; index < own.count(); index++) {
            int[] starts = own.starts(index);
            if (starts == null) {
                sum(index);
            } else {
                give(index, starts);
            }
        }
        await();
        count();
        own.clear();
    }

    @Override
    public void close() {
        meeting.fail(Wording.closed("rank " + rank));
    }

    private void await() {
        throwIf(meeting.await(rank));
    }

    private void throwIf(@Nullable String fault) {
        if (fault != null) {
            throw new CollectiveException(Wording.during(fault, own.describe(0), rank));
        }
    }

    /** All compare with the first rank, so that all say the same. */
    private void refuseUnlike() {
        Brought first = meeting.of(0);
        for (int other = 1; other < size(); other++) {
            Brought theirs = meeting.of(other);
            int index = theirs.firstUnlike(first);
            if (index >= 0) {
                String fault = Wording.mismatch("rank " + other, theirs.describe(index), 0, first.describe(index));
                meeting.fail(fault);
                throwIf(fault);
            }
        }
    }

    private void count() {
        for (int index = 0; index < own.count(); index++) {
            int[] starts = own.starts(index);
            if (starts == null) {
                sent.addSum(own.length(index), own.type(index));
            } else {
                sent.addGather(starts);
            }
        }
    }

    /** Copies this rank's message to all others. */
    private void give(int index, int[] starts) {
        int first = starts[rank];
        Object message = Objects.requireNonNull(own.vector(index));
        for (int step = 1; step < size(); step++) {
            Object target =
                    Objects.requireNonNull(meeting.of((rank + step) % size()).vector(index));
            System.arraycopy(message, first, target, first, starts[rank + 1] - first);
        }
    }

    /** Sums this rank's chunk of a range: starting with its own, as the ranks go round. */
    private void sum(int index) {
        int length = own.length(index);
        int begin = Chunks.start(rank, size(), length);
        int end = Chunks.start(rank + 1, size(), length);
        for (int done = begin; done < end; ) {
            int count = Math.min(BLOCK, end - done);
            for (int step = 1; step < size(); step++) {
                addFrom(meeting.of((rank + step) % size()), index, done, count);
            }
            for (int step = 1; step < size(); step++) {
                copyTo(meeting.of((rank + step) % size()), index, done, count);
            }
            done += count;
        }
    }

    private void addFrom(Brought theirs, int index, int first, int count) {
        int into = own.from(index) + first;
        int from = theirs.from(index) + first;
        if (own.vector(index) instanceof float[] sums && theirs.vector(index) instanceof float[] summands) {
            add(summands, from, sums, into, count);
        } else if (own.vector(index) instanceof double[] sums && theirs.vector(index) instanceof double[] summands) {
            add(summands, from, sums, into, count);
        }
    }

    private void copyTo(Brought theirs, int index, int first, int count) {
        Object sums = Objects.requireNonNull(own.vector(index));
        Object target = Objects.requireNonNull(theirs.vector(index));
        System.arraycopy(sums, own.from(index) + first, target, theirs.from(index) + first, count);
    }

    private static void add(float[] from, int fromIndex, float[] into, int intoIndex, int count) {
        if (fromIndex == intoIndex) {
            // One index for both lets the compiler use vector instructions.
            for (int i = intoIndex; i < intoIndex + count; i++) {
                into[i] += from[i];
            }
        } else {
            for (int i = 0; i < count; i++) {
                into[intoIndex + i] += from[fromIndex + i];
            }
        }
    }

    private static void add(double[] from, int fromIndex, double[] into, int intoIndex, int count) {
        if (fromIndex == intoIndex) {
            for (int i = intoIndex; i < intoIndex + count; i++) {
                into[i] += from[i];
            }
        } else {
            for (int i = 0; i < count; i++) {
                into[intoIndex + i] += from[fromIndex + i];
            }
        }
    }
}
