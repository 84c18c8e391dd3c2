package io.batchscope.collective;

import io.batchscope.train.Collective;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A collective whose ranks are threads of one JVM. Sums are taken in rank order: ((v₀ + v₁) + v₂) + …
 *
 * <p>Each rank is used by one thread at a time; {@link #close} may come from any. If an operation fails on one rank it
 * fails on all, and the vectors' contents are then undefined.
 */
public final class LocalCollective implements Collective {
    private final int rank;
    private final Meeting meeting;
    private long operations;

    private LocalCollective(int rank, Meeting meeting) {
        this.rank = rank;
        this.meeting = meeting;
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
        Objects.checkFromToIndex(from, to, values.length);
        meeting.enter(rank, ++operations, values, from, to - from);
        int begin = Chunks.start(rank, size(), to - from);
        int count = Chunks.start(rank + 1, size(), to - from) - begin;
        float[] sum = (float[]) meeting.vector(0);
        int sumFrom = meeting.from(0) + begin;
        for (int other = 1; other < size(); other++) {
            add((float[]) meeting.vector(other), meeting.from(other) + begin, sum, sumFrom, count);
        }
        for (int other = 1; other < size(); other++) {
            System.arraycopy(sum, sumFrom, meeting.vector(other), meeting.from(other) + begin, count);
        }
        meeting.leave(rank);
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        meeting.enter(rank, ++operations, values, from, to - from);
        int begin = Chunks.start(rank, size(), to - from);
        int count = Chunks.start(rank + 1, size(), to - from) - begin;
        double[] sum = (double[]) meeting.vector(0);
        int sumFrom = meeting.from(0) + begin;
        for (int other = 1; other < size(); other++) {
            add((double[]) meeting.vector(other), meeting.from(other) + begin, sum, sumFrom, count);
        }
        for (int other = 1; other < size(); other++) {
            System.arraycopy(sum, sumFrom, meeting.vector(other), meeting.from(other) + begin, count);
        }
        meeting.leave(rank);
    }

    @Override
    public void close() {
        meeting.close(rank);
    }

    private static void add(float[] from, int fromIndex, float[] into, int intoIndex, int count) {
        for (int i = 0; i < count; i++) {
            into[intoIndex + i] += from[fromIndex + i];
        }
    }

    private static void add(double[] from, int fromIndex, double[] into, int intoIndex, int count) {
        for (int i = 0; i < count; i++) {
            into[intoIndex + i] += from[fromIndex + i];
        }
    }
}
