package io.batchscope.collective;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A collective over nothing but rounds of text: each rank sends its whole vector to all, piece by piece, and each adds all
 * of them. The plainest way to sum, which the others can be held against; slow, since every rank receives every vector.
 *
 * <p>Each rank is used by one thread at a time; {@link #close} may come from any. If an operation fails on one rank it
 * fails on all, and the vectors' contents are then undefined.
 */
public final class GatherCollective implements Collective {
    /** More than all of a message but the elements. */
    private static final int HEAD_CHARACTERS = 128;

    private final int rank;
    private final int size;
    private final int pieceBytes;
    private final GatherRounds rounds;
    private final SentBytes sent;
    private long operations;

    private GatherCollective(int rank, int size, int pieceBytes, GatherRounds rounds) {
        this.rank = rank;
        this.size = size;
        this.pieceBytes = pieceBytes;
        this.rounds = rounds;
        sent = new SentBytes(rank, size);
    }

    /**
     * One rank's collective.
     *
     * @param rank this rank, 0 … size − 1
     * @param gathering used by this collective alone until it is closed
     * @param timeout the longest wait for another rank within an operation
     */
    public static Collective of(int rank, int size, Gathering gathering, Duration timeout) {
        // Four characters of Base64 carry three bytes.
        int groups = (gathering.longestMessage() - HEAD_CHARACTERS) / 4;
        if (groups < Double.BYTES) {
            throw new IllegalArgumentException("messages must have room for " + (HEAD_CHARACTERS + 4 * Double.BYTES)
                    + " characters, but have " + gathering.longestMessage());
        }
        GatherRounds rounds = new GatherRounds(rank, size, gathering, timeout);
        rounds.start();
        return new GatherCollective(rank, size, groups * 3 / Double.BYTES * Double.BYTES, rounds);
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void allReduceSum(float[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        int length = to - from;
        String operation = Wording.operation(++operations, length, ElementType.FLOATS);
        int first = 0;
        do {
            int count = Math.min(length - first, pieceBytes / Float.BYTES);
            byte[] own = new byte[count * Float.BYTES];
            ByteBuffer.wrap(own).asFloatBuffer().put(values, from + first, count);
            List<FloatBuffer> all = exchange(operation, String.valueOf(first), own).stream()
                    .map(ByteBuffer::asFloatBuffer)
                    .toList();
            for (int chunk = 0; chunk < size; chunk++) {
                int begin = Math.max(first, Chunks.start(chunk, size, length));
                int end = Math.min(first + count, Chunks.start(chunk + 1, size, length));
                for (int i = begin; i < end; i++) {
                    float sum = all.get(chunk).get(i - first);
                    for (int step = 1; step < size; step++) {
                        sum += all.get((chunk + step) % size).get(i - first);
                    }
                    values[from + i] = sum;
                }
            }
            first += count;
        } while (first < length);
        sent.addSum(length, ElementType.FLOATS);
    }

    @Override
    public void allReduceSum(double[] values, int from, int to) {
        Objects.checkFromToIndex(from, to, values.length);
        int length = to - from;
        String operation = Wording.operation(++operations, length, ElementType.DOUBLES);
        int first = 0;
        do {
            int count = Math.min(length - first, pieceBytes / Double.BYTES);
            byte[] own = new byte[count * Double.BYTES];
            ByteBuffer.wrap(own).asDoubleBuffer().put(values, from + first, count);
            List<DoubleBuffer> all = exchange(operation, String.valueOf(first), own).stream()
                    .map(ByteBuffer::asDoubleBuffer)
                    .toList();
            for (int chunk = 0; chunk < size; chunk++) {
                int begin = Math.max(first, Chunks.start(chunk, size, length));
                int end = Math.min(first + count, Chunks.start(chunk + 1, size, length));
                for (int i = begin; i < end; i++) {
                    double sum = all.get(chunk).get(i - first);
                    for (int step = 1; step < size; step++) {
                        sum += all.get((chunk + step) % size).get(i - first);
                    }
                    values[from + i] = sum;
                }
            }
            first += count;
        } while (first < length);
        sent.addSum(length, ElementType.DOUBLES);
    }

    @Override
    public void allGather(int[] values, int[] starts) {
        Chunks.checkStarts(starts, size, values.length);
        String operation = Wording.operation(++operations, starts[size] - starts[0], ElementType.INTEGERS);
        int longest = IntStream.range(0, size)
                .map(other -> starts[other + 1] - starts[other])
                .max()
                .orElse(0);
        // All take part until the longest message is through; with other starts than all others this rank is found out
        // at once.
        String cut = " of messages " + Arrays.hashCode(starts);
        int first = 0;
        do {
            int pieceLength = Math.min(longest - first, pieceBytes / Integer.BYTES);
            byte[] own = new byte[piece(starts, rank, first, pieceLength) * Integer.BYTES];
            ByteBuffer.wrap(own).asIntBuffer().put(values, at(starts, rank, first), own.length / Integer.BYTES);
            List<ByteBuffer> all = exchange(operation, first + cut, own);
            for (int other = 0; other < size; other++) {
                all.get(other)
                        .asIntBuffer()
                        .get(values, at(starts, other, first), piece(starts, other, first, pieceLength));
            }
            first += pieceLength;
        } while (first < longest);
        sent.addGather(starts);
    }

    /** Where a rank's piece begins; at the end of its message where all of that is through. */
    private static int at(int[] starts, int rank, int first) {
        return Math.min(starts[rank] + first, starts[rank + 1]);
    }

    @Override
    public long sentBytes() {
        return sent.total();
    }

    @Override
    public void close() {
        rounds.close();
    }

    /** Sends a piece, in lines: the operation, what piece of it, the elements. Returns all ranks' elements. */
    private List<ByteBuffer> exchange(String operation, String piece, byte[] own) {
        String elements = Base64.getEncoder().encodeToString(own);
        List<String[]> all = rounds.exchange(operation + '\n' + piece + '\n' + elements, operation).stream()
                .map(message -> message.split("\n", 3))
                .toList();
        refuseUnlike(all, operation);
        return all.stream()
                .map(lines -> ByteBuffer.wrap(Base64.getDecoder().decode(lines[2])))
                .toList();
    }

    /** How many integers of a rank's message are in the piece that begins with number {@code first}. */
    private static int piece(int[] starts, int rank, int first, int pieceLength) {
        return Math.max(0, Math.min(pieceLength, starts[rank + 1] - starts[rank] - first));
    }

    /** All compare with the first rank, so that all say the same. */
    private void refuseUnlike(List<String[]> all, String operation) {
        String[] expected = all.get(0);
        for (int other = 1; other < size; other++) {
            String[] lines = all.get(other);
            if (!lines[0].equals(expected[0]) || !lines[1].equals(expected[1])) {
                String fault = Wording.mismatch("rank " + other, lines[0], 0, expected[0]);
                rounds.fail(fault);
                throw new CollectiveException(Wording.during(fault, operation, rank));
            }
        }
    }
}
