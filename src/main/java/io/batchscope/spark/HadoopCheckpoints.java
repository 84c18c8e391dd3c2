package io.batchscope.spark;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.CheckpointCodec;
import io.batchscope.train.CheckpointStore;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of a results directory, on any Hadoop file system: {@code checkpoints/<training id>/step-<12
 * digits>.ckpt}. Travels to the workers. File system failures come as {@link java.io.UncheckedIOException}.
 */
public final class HadoopCheckpoints implements Serializable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(HadoopCheckpoints.class);
    static final String DIRECTORY = "checkpoints";

    private final SerializableConfiguration hadoop;
    private final String root;

    private HadoopCheckpoints(SerializableConfiguration hadoop, String root) {
        this.hadoop = hadoop;
        this.root = root;
    }

    /**
     * Those of a results directory.
     *
     * @param output the results directory
     */
    public static HadoopCheckpoints of(SparkSession spark, String output) {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        Path root = new Path(output, DIRECTORY);
        try {
            // Executors have working directories of their own.
            root = root.getFileSystem(hadoop).makeQualified(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new HadoopCheckpoints(new SerializableConfiguration(hadoop), root.toString());
    }

    private Path directory(String trainingId) {
        return new Path(root, trainingId);
    }

    private HadoopFiles files() {
        return new HadoopFiles(new Path(root), hadoop.value());
    }

    /**
     * The run's own checkpoints, for its first rank. From now on nobody who called this before can add to them: a rank of
     * an earlier attempt that was only stalled would otherwise.
     */
    public CheckpointStore takeOver(RunPlan plan) {
        return CheckpointDirectory.takeOver(
                files(), directory(plan.trainingId()), plan.checkpoints().kept());
    }

    /** The update that the run would go on from; 0 if there is no checkpoint of it that can be used. */
    public long lastUpdate(RunPlan plan) {
        HadoopFiles files = files();
        Path directory = directory(plan.trainingId());
        for (String name : CheckpointDirectory.latestFirst(files.names(directory))) {
            Path file = new Path(directory, name);
            try {
                return files.read(file, in -> CheckpointCodec.check(in, plan));
            } catch (IOException e) {
                LOG.warn(CheckpointDirectory.unusable(file, e));
            }
        }
        return 0;
    }

    /** Deletes the checkpoints of runs that need none any more. */
    public void delete(Collection<RunPlan> finished) {
        HadoopFiles files = files();
        Set<String> present = new HashSet<>(files.names(new Path(root)));
        List<String> done = finished.stream().map(RunPlan::trainingId).toList();
        for (String trainingId : done) {
            if (present.contains(trainingId)) {
                files.delete(directory(trainingId));
            }
        }
        files.deleteIfEmpty(new Path(root));
    }
}
