package io.batchscope.collective;

import io.batchscope.train.Collective;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A gathering among threads of this JVM, whose messages are short, so that most vectors go in several pieces. */
final class TextGathering implements Gathering {
    private final int rank;
    private final Table table;
    private boolean abandoned;

    private TextGathering(int rank, Table table) {
        this.rank = rank;
        this.table = table;
    }

    static List<Collective> collectives(int size, Duration timeout) {
        Table table = new Table(size);
        return IntStream.range(0, size)
                .mapToObj(rank -> GatherCollective.of(rank, size, new TextGathering(rank, table), timeout))
                .toList();
    }

    @Override
    public List<String> gather(String message) {
        synchronized (table) {
            long round = table.put(rank, message);
            while (table.round == round && !abandoned) {
                try {
                    table.wait(1000);
                } catch (InterruptedException e) {
                    // As promised, it only looks again.
                }
            }
            if (table.round == round) {
                throw new IllegalStateException("abandoned");
            }
            return table.complete;
        }
    }

    @Override
    public int longestMessage() {
        return 100_000;
    }

    @Override
    public void abandon() {
        synchronized (table) {
            abandoned = true;
            table.notifyAll();
        }
    }

    private static final class Table {
        private final String[] messages;
        private int count;
        private long round;
        private List<String> complete = List.of();

        Table(int size) {
            messages = new String[size];
        }

        /** Returns the round that the message belongs to. */
        synchronized long put(int rank, String message) {
            long current = round;
            messages[rank] = message;
            if (++count == messages.length) {
                complete = List.copyOf(Arrays.asList(messages));
                count = 0;
                round++;
                notifyAll();
            }
            return current;
        }
    }
}
