package io.batchscope.spark;

import io.batchscope.data.PackedExamples;
import io.batchscope.data.Split;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Examples that the tasks of one JVM share, so that many runs read them once. Tasks that want the same examples at the
 * same time load them once. What was used least recently goes when the budget is exceeded; who still holds it keeps it.
 */
public final class ShardCache {
    private static final ShardCache SHARED = new ShardCache(Runtime.getRuntime().maxMemory() / 4);

    private final long budgetBytes;
    private final Map<Key, FutureTask<PackedExamples>> entries = new LinkedHashMap<>(16, 0.75f, true);

    /** @param budgetBytes what the examples may take together; the ones asked for last are kept whatever they take */
    ShardCache(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /** The cache of this JVM; its budget is a quarter of the largest heap. */
    public static ShardCache shared() {
        return SHARED;
    }

    /** What tells one set of examples from another. The path is in it because shard counts may differ between copies. */
    private record Key(String path, String fingerprint, Split split, long limit, int lanes, int rank, int workers) {}

    /**
     * As {@link ShardReader#read}, from memory where possible.
     *
     * @throws io.batchscope.data.DataException if a file is missing or damaged
     */
    public PackedExamples examples(
            ShardReader reader, DataLocation location, Split split, long limit, int lanes, int rank, int workers) {
        Key key = new Key(location.path(), location.manifest().fingerprint(), split, limit, lanes, rank, workers);
        return load(key, () -> reader.read(location, split, limit, lanes, rank, workers));
    }

    private PackedExamples load(Key key, Supplier<PackedExamples> read) {
        while (true) {
            FutureTask<PackedExamples> mine = new FutureTask<>(read::get);
            FutureTask<PackedExamples> entry;
            synchronized (entries) {
                FutureTask<PackedExamples> present = entries.get(key);
                if (present == null) {
                    entries.put(key, mine);
                }
                entry = present == null ? mine : present;
            }
            if (entry == mine) {
                mine.run();
            }
            PackedExamples examples = result(key, entry, entry == mine);
            if (examples != null) {
                evictBeyondBudget(entry);
                return examples;
            }
        }
    }

    /** The examples; null if another task failed to load them, so that this one should try. */
    private @Nullable PackedExamples result(Key key, FutureTask<PackedExamples> entry, boolean loadedHere) {
        try {
            return entry.get();
        } catch (ExecutionException | CancellationException e) {
            synchronized (entries) {
                entries.remove(key, entry);
            }
            if (!loadedHere) {
                return null;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new IllegalStateException("loading examples failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while another task was loading examples", e);
        }
    }

    private void evictBeyondBudget(FutureTask<PackedExamples> newest) {
        synchronized (entries) {
            long bytes = 0;
            for (FutureTask<PackedExamples> entry : entries.values()) {
                bytes += bytes(entry);
            }
            Iterator<FutureTask<PackedExamples>> oldestFirst = entries.values().iterator();
            while (bytes > budgetBytes && oldestFirst.hasNext()) {
                FutureTask<PackedExamples> entry = oldestFirst.next();
                if (entry != newest && entry.isDone()) {
                    bytes -= bytes(entry);
                    oldestFirst.remove();
                }
            }
        }
    }

    /** What a loaded entry takes; 0 while it is being loaded. */
    private static long bytes(FutureTask<PackedExamples> entry) {
        try {
            return entry.isDone() ? entry.get().memoryBytes() : 0;
        } catch (ExecutionException | InterruptedException | CancellationException e) {
            return 0;
        }
    }

    /** How many sets of examples it holds. */
    int size() {
        synchronized (entries) {
            return entries.size();
        }
    }
}
