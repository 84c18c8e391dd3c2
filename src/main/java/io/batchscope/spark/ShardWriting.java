package io.batchscope.spark;

import io.batchscope.data.Manifest.Encoding;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.TaskContext;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * Writes the files of a data set, one a task; travels to the tasks.
 *
 * @param directory of the data set
 * @param features numbers per example
 * @param classes 0 for regression
 */
record ShardWriting(
        SerializableConfiguration hadoop,
        String directory,
        SplitLayout layout,
        Task task,
        Encoding encoding,
        int features,
        int classes)
        implements Serializable {
    /** An example as it goes through the shuffle: label, then features. */
    static byte[] pack(RawExample example) {
        return ByteBuffer.allocate(Double.BYTES + example.features().length)
                .putDouble(example.label())
                .put(example.features())
                .array();
    }

    /** Writes file {@code partition} of all files from packed examples in ascending order of their keys. */
    ShardSummary write(int partition, Iterator<Tuple2<Long, byte[]>> examples) {
        Split split = layout.splitOfPartition(partition);
        int file = layout.fileOfPartition(partition);
        Path target = new Path(new Path(directory, split.label()), ShardFile.name(file));
        // A task may run twice at the same time; each attempt has its own file until it is whole.
        Path attempt = new Path(
                target.getParent(),
                "." + target.getName() + "." + TaskContext.get().taskAttemptId());
        try {
            ShardSummary summary = write(attempt, split, file, examples);
            FileSystem fileSystem = target.getFileSystem(hadoop.value());
            if (!fileSystem.rename(attempt, target)) {
                fileSystem.delete(attempt, false);
                if (!fileSystem.exists(target)) {
                    throw new IOException("cannot rename " + attempt + " to " + target);
                }
            }
            return summary;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ShardSummary write(Path path, Split split, int file, Iterator<Tuple2<Long, byte[]>> examples)
            throws IOException {
        long count = 0;
        long[] labelCounts = new long[classes];
        long[] byteCounts = new long[encoding == Encoding.UINT8 ? 256 : 0];
        double[] featureSums = new double[encoding == Encoding.UINT8 ? 0 : features];
        double labelSum = 0;
        Configuration configuration = hadoop.value();
        try (ShardFile.Writer out = new ShardFile.Writer(configuration, path, task)) {
            while (examples.hasNext()) {
                Tuple2<Long, byte[]> next = examples.next();
                ByteBuffer packed = ByteBuffer.wrap(next._2());
                double label = packed.getDouble();
                byte[] encoded = new byte[packed.remaining()];
                packed.get(encoded);
                out.write(layout.indexOf(next._1()), encoded, label);
                count++;
                if (task == Task.CLASSIFICATION) {
                    labelCounts[(int) label]++;
                } else {
                    labelSum += (float) label;
                }
                if (encoding == Encoding.UINT8) {
                    for (byte value : encoded) {
                        byteCounts[value & 0xff]++;
                    }
                } else {
                    ByteBuffer values = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
                    for (int i = 0; i < features; i++) {
                        featureSums[i] += values.getFloat();
                    }
                }
            }
        }
        return new ShardSummary(split, file, count, labelCounts, byteCounts, featureSums, labelSum);
    }
}
