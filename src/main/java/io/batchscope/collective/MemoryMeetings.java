package io.batchscope.collective;

import io.batchscope.train.Collective;
import io.batchscope.train.CollectiveException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Where ranks of one run that find themselves in the same JVM meet, each by itself. Holds only runs whose ranks wait. */
public final class MemoryMeetings {
    private static final String JVM = UUID.randomUUID().toString();
    private static final Map<ByteBuffer, Entrance> ENTRANCES = new ConcurrentHashMap<>();

    private MemoryMeetings() {}

    /** Names this JVM; no other has the same. */
    public static String jvm() {
        return JVM;
    }

    /**
     * Waits for the other ranks.
     *
     * @param rank this rank, 0 … size − 1
     * @param secret the same for all ranks of this attempt at a run, and for no others
     * @param timeout the longest wait for another rank, here and later in each operation
     * @throws CollectiveException if one does not come in time
     */
    public static Collective join(int rank, int size, byte[] secret, Duration timeout) {
        if (size == 1) {
            return new SingleCollective();
        }
        ByteBuffer key = ByteBuffer.wrap(secret.clone());
        Entrance entrance = ENTRANCES.computeIfAbsent(
                key, absent -> new Entrance(new Meeting(size, timeout), ConcurrentHashMap.newKeySet()));
        entrance.enter(rank);
        String fault = entrance.meeting().await(rank);
        // Either all are in or nobody is to come any more.
        ENTRANCES.remove(key, entrance);
        if (fault != null) {
            throw new CollectiveException(Wording.during(fault, "meeting " + size + " ranks in memory", rank));
        }
        return new LocalCollective(rank, entrance.meeting());
    }

    /** How many runs have ranks that wait here, for tests. */
    static int waiting() {
        return ENTRANCES.size();
    }

    private record Entrance(Meeting meeting, Set<Integer> entered) {
        void enter(int rank) {
            if (!entered.add(rank)) {
                throw new IllegalStateException("rank " + rank + " of this run is here already");
            }
        }
    }
}
