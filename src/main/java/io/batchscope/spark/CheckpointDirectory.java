package io.batchscope.spark;

import io.batchscope.plan.RunPlan;
import io.batchscope.train.Checkpoint;
import io.batchscope.train.CheckpointCodec;
import io.batchscope.train.CheckpointStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The checkpoints of one training. The file {@code owner} names who may add to them: the last one that took them over.
 */
final class CheckpointDirectory implements CheckpointStore {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointDirectory.class);
    private static final Pattern NAME = Pattern.compile("step-[0-9]{12,}\\.ckpt");
    private static final String OWNER = "owner";

    private final HadoopFiles files;
    private final Path directory;
    private final int kept;
    private final String owner = UUID.randomUUID().toString();

    private CheckpointDirectory(HadoopFiles files, Path directory, int kept) {
        this.files = files;
        this.directory = directory;
        this.kept = kept;
    }

    /**
     * Takes the directory from whoever had it, and clears away what killed writers left.
     *
     * @param kept files that stay, the latest ones
     */
    static CheckpointDirectory takeOver(HadoopFiles files, Path directory, int kept) {
        CheckpointDirectory mine = new CheckpointDirectory(files, directory, kept);
        List<String> earlier = files.names(directory);
        files.replace(new Path(directory, OWNER), mine.owner.getBytes(StandardCharsets.UTF_8));
        earlier.stream()
                .filter(name -> name.endsWith(HadoopFiles.TEMPORARY))
                .forEach(name -> files.delete(new Path(directory, name)));
        return mine;
    }

    static String name(long step) {
        return String.format(Locale.ROOT, "step-%012d.ckpt", step);
    }

    /** The checkpoints among the names. Of names of the same length, the later step has the larger name. */
    static List<String> latestFirst(Collection<String> names) {
        return names.stream()
                .filter(name -> NAME.matcher(name).matches())
                .sorted(Comparator.comparing(String::length)
                        .thenComparing(Comparator.naturalOrder())
                        .reversed())
                .toList();
    }

    static String unusable(Path file, IOException cause) {
        return "checkpoint (" + file + "): cannot be used: " + cause.getMessage()
                + "; goes on from the one before, if there is one";
    }

    @Override
    public Optional<Checkpoint> latest(RunPlan plan, int parameterCount) {
        for (String name : latestFirst(files.names(directory))) {
            Path file = new Path(directory, name);
            try {
                return Optional.of(files.read(file, in -> CheckpointCodec.read(in, plan, parameterCount)));
            } catch (IOException e) {
                LOG.warn(unusable(file, e));
            }
        }
        return Optional.empty();
    }

    @Override
    public void save(Checkpoint checkpoint) throws IOException {
        String name = name(checkpoint.step());
        try {
            requireOwner();
            files.replace(new Path(directory, name), out -> CheckpointCodec.write(checkpoint, out), this::requireOwner);
            prune(name);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Deletes what is too old, and what is later than the newest: it could not be used, or the run had begun there. */
    private void prune(String newest) {
        List<String> names = latestFirst(files.names(directory));
        int from = names.indexOf(newest);
        for (int i = 0; i < names.size(); i++) {
            if (i < from || i >= from + kept) {
                files.delete(new Path(directory, names.get(i)));
            }
        }
    }

    private void requireOwner() {
        String now = files.text(new Path(directory, OWNER)).orElse("");
        if (!now.equals(owner)) {
            throw new UncheckedIOException(
                    new IOException("another attempt of this run has taken its checkpoints over"));
        }
    }
}
