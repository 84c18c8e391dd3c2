package io.batchscope.collective;

import io.batchscope.train.Collective;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;

/**
 * One way to connect ranks.
 *
 * @param brief a time-out that is long enough for ranks that all come
 * @param connect from the number of ranks and the time-out to all ranks
 */
public record Kind(String name, int size, Duration brief, BiFunction<Integer, Duration, List<Collective>> connect) {
    /** With a time-out that no test lives to see. */
    List<Collective> patient() {
        return connect.apply(size, Duration.ofSeconds(20));
    }

    List<Collective> impatient() {
        return connect.apply(size, brief);
    }

    @Override
    public String toString() {
        return name + " of " + size;
    }
}
