package io.batchscope.spark;

import io.batchscope.data.DataException;
import io.batchscope.data.EpochOrder;
import io.batchscope.data.Manifest;
import io.batchscope.data.PackedExamples;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Reads a worker's examples of a prepared data set into memory; travels to the workers. */
public final class ShardReader implements Serializable {
    private static final long serialVersionUID = 1L;

    private final SerializableConfiguration hadoop;

    private ShardReader(SerializableConfiguration hadoop) {
        this.hadoop = hadoop;
    }

    /** A reader with this session's access to file systems. */
    public static ShardReader of(SparkSession spark) {
        return new ShardReader(
                new SerializableConfiguration(spark.sparkContext().hadoopConfiguration()));
    }

    /**
     * The examples that {@code rank} owns among those with index below {@code limit}: those in lanes that are ≡ rank
     * (mod workers), see {@link EpochOrder#ownerOf}. They come in ascending order of index, as
     * {@link EpochOrder#localIndexOf} counts them. For an evaluation split take {@code lanes = workers}.
     *
     * @param limit how many examples of the split are used, 0 … all
     * @param lanes L of the epoch order, at least 1; more lanes than examples mean a lane for every example
     * @throws DataException if a file is missing or damaged
     */
    public PackedExamples read(DataLocation location, Split split, long limit, int lanes, int rank, int workers) {
        Manifest manifest = location.manifest();
        requireArguments(manifest.examples(split), limit, lanes, rank, workers);
        if (limit == 0) {
            return new PackedExamples.Collector(manifest, 0).finish();
        }
        EpochOrder order = new EpochOrder(limit, (int) Math.min(lanes, limit), 0);
        long owned = order.examplesOf(rank, workers);
        if (owned > Integer.MAX_VALUE) {
            throw new DataException("data set (" + location.path() + ", " + split.label()
                    + "): a worker can hold 2147483647 examples, but would have " + owned + "; use more workers");
        }
        var collector = new PackedExamples.Collector(manifest, (int) owned);
        List<String> files = manifest.files(split);
        long found = 0;
        for (int file = 0; file < files.size(); file++) {
            if (file < limit && mayHold(file, files.size(), order.lanes(), rank, workers)) {
                var shard = new Shard(location, split, file, files.size());
                found += readShard(shard, order, rank, workers, collector);
            }
        }
        if (found != owned) {
            throw new IllegalStateException(
                    "rank " + rank + " owns " + owned + " examples, but " + found + " were read");
        }
        return collector.finish();
    }

    private static void requireArguments(long examples, long limit, int lanes, int rank, int workers) {
        if (limit < 0 || limit > examples || lanes < 1 || workers < 1 || rank < 0 || rank >= workers) {
            throw new IllegalArgumentException("0 <= limit <= " + examples
                    + ", lanes >= 1 and 0 <= rank < workers are needed, but limit is " + limit + ", lanes " + lanes
                    + ", rank " + rank + ", workers " + workers);
        }
    }

    /** Whether some index ≡ file (mod files) lies in a lane of this worker. */
    static boolean mayHold(int file, int files, int lanes, int rank, int workers) {
        int step = greatestCommonDivisor(files, lanes);
        for (int lane = file % step; lane < lanes; lane += step) {
            if (lane % workers == rank) {
                return true;
            }
        }
        return false;
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    /** One file of a split. */
    private record Shard(DataLocation location, Split split, int file, int files) {
        Manifest manifest() {
            return location.manifest();
        }

        String name() {
            return split.label() + "/" + manifest().files(split).get(file);
        }

        long examplesBelow(long limit) {
            return limit <= file ? 0 : (limit - file + files - 1) / files;
        }

        DataException problem(String rule, Throwable cause) {
            return new DataException(
                    "data set (" + location.path() + "): its file " + name() + " " + rule
                            + "; delete the directory and prepare it again with 'data prepare'",
                    cause);
        }
    }

    private long readShard(Shard shard, EpochOrder order, int rank, int workers, PackedExamples.Collector collector) {
        Manifest manifest = shard.manifest();
        ShardVisit visit = new ShardVisit(shard, order, rank, workers, collector);
        Path path = new Path(shard.location().path(), shard.name());
        try {
            ShardFile.read(hadoop.value(), path, manifest.task(), visit::take);
        } catch (FileNotFoundException e) {
            throw shard.problem("is missing", e);
        } catch (IOException | RuntimeException e) {
            throw shard.problem("cannot be read: " + e.getMessage(), e);
        }
        long expected = shard.examplesBelow(order.examples());
        if (visit.seen != expected) {
            throw shard.problem(
                    "must hold " + expected + " examples below index " + order.examples() + ", but holds " + visit.seen,
                    new IOException("too few examples"));
        }
        return visit.kept;
    }

    /** Takes what a worker owns of one file. */
    private static final class ShardVisit {
        private final Shard shard;
        private final EpochOrder order;
        private final int rank;
        private final int workers;
        private final PackedExamples.Collector collector;
        private long seen;
        private long kept;

        ShardVisit(Shard shard, EpochOrder order, int rank, int workers, PackedExamples.Collector collector) {
            this.shard = shard;
            this.order = order;
            this.rank = rank;
            this.workers = workers;
            this.collector = collector;
        }

        boolean take(long index, ByteBuffer features, double label) {
            long expected = shard.file + seen * shard.files;
            if (index != expected) {
                throw new IllegalArgumentException("index " + expected + " must come next, but it is " + index);
            }
            if (index >= order.examples()) {
                return false;
            }
            Manifest manifest = shard.manifest();
            if (manifest.task() == Task.CLASSIFICATION
                    && (label < 0 || label >= manifest.classes().size())) {
                throw new IllegalArgumentException("label " + (int) label + " is not below "
                        + manifest.classes().size());
            }
            seen++;
            if (order.ownerOf(index, workers) == rank) {
                collector.put(order.localIndexOf(index, workers), features, label);
                kept++;
            }
            return true;
        }
    }
}
