package io.batchscope.data;

import io.batchscope.plan.DataFacts;
import io.batchscope.plan.Task;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * {@code manifest.json} of a prepared data set: what its Parquet files hold.
 *
 * <p>Example i of a split (its place in the global shuffle) stands in file i mod {@code shards.size()}, files are in
 * ascending order of i. Columns: {@code index} (long), {@code features} (binary: unsigned bytes or little-endian
 * floats), {@code label} (int class, or float target).
 *
 * @param formatVersion 1
 * @param fingerprint hash of source contents, seed and options: equal fingerprints, equal examples
 * @param shape of one example, as channels, height, width for images, or one number
 * @param encoding of the features column
 * @param classes class names in label order; empty for regression
 * @param labelMean subtracted from regression targets before training; 0 for classification
 * @param labelScale multiplies regression targets after that; 1 for classification
 * @param splits examples and files of each split
 * @param source where it came from, for people
 */
public record Manifest(
        int formatVersion,
        String name,
        String fingerprint,
        Task task,
        List<Integer> shape,
        Encoding encoding,
        List<String> classes,
        Normalization normalization,
        double labelMean,
        double labelScale,
        long seed,
        Map<Split, SplitFiles> splits,
        Map<String, String> source)
        implements Serializable {
    /** How one example's features are stored. */
    public enum Encoding {
        UINT8,
        FLOAT32
    }

    /**
     * One split.
     *
     * @param files file names below the split's directory; file f holds the examples with index ≡ f (mod files)
     * @param labelCounts examples per class (classification)
     */
    public record SplitFiles(long examples, List<String> files, List<Long> labelCounts) implements Serializable {
        public SplitFiles {
            files = List.copyOf(files);
            labelCounts = List.copyOf(labelCounts);
        }
    }

    public Manifest {
        shape = List.copyOf(shape);
        classes = List.copyOf(classes);
        splits = Map.copyOf(splits);
        source = Map.copyOf(source);
    }

    /** Features per example. */
    public int features() {
        return shape.stream().reduce(1, (a, b) -> a * b);
    }

    /** Numbers a network must put out: the classes, or one target. */
    public int outputs() {
        return task == Task.CLASSIFICATION ? classes.size() : 1;
    }

    /** Examples of a split; 0 if it does not exist. */
    public long examples(Split split) {
        SplitFiles files = splits.get(split);
        return files == null ? 0 : files.examples();
    }

    /** File names of a split; none if it does not exist. */
    public List<String> files(Split split) {
        SplitFiles files = splits.get(split);
        return files == null ? List.of() : files.files();
    }

    /** What the planner needs. */
    public DataFacts facts() {
        return new DataFacts(
                fingerprint,
                task,
                examples(Split.TRAIN),
                examples(Split.VALIDATION),
                examples(Split.TEST),
                features(),
                outputs());
    }
}
