package io.batchscope.spark;

import io.batchscope.data.DataException;
import io.batchscope.data.IdxFile;
import io.batchscope.data.Manifest.Encoding;
import io.batchscope.plan.Task;
import io.batchscope.spark.Inspection.LabelUse;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;
import org.jspecify.annotations.Nullable;

/** Pairs of IDX files, one pair a task. */
final class IdxSource implements ExampleSource {
    private final JavaSparkContext spark;
    private final SerializableConfiguration hadoop;
    private final List<IdxPair> pairs;
    private final Task task;
    private final List<Long> firstRows = new ArrayList<>();

    IdxSource(JavaSparkContext spark, SerializableConfiguration hadoop, List<IdxPair> pairs, Task task) {
        this.spark = spark;
        this.hadoop = hadoop;
        this.pairs = List.copyOf(pairs);
        this.task = task;
    }

    /** A pair of files with the number of its first row. */
    private record PlacedPair(IdxPair pair, long firstRow) implements Serializable {}

    /**
     * What a task saw of a pair.
     *
     * @param counts examples per label value
     * @param firsts first row of each label value, from 1
     */
    @SuppressWarnings("ArrayRecordComponent") // moved, never compared
    private record PairSummary(@Nullable String problem, long items, List<Integer> shape, long[] counts, long[] firsts)
            implements Serializable {}

    @Override
    public Inspection inspect() {
        SerializableConfiguration configuration = hadoop;
        List<PairSummary> summaries = spark.parallelize(pairs, pairs.size())
                .map(pair -> summarise(pair, configuration.value()))
                .collect();
        long rows = 0;
        SortedMap<String, LabelUse> labels = new TreeMap<>();
        firstRows.clear();
        for (int p = 0; p < pairs.size(); p++) {
            PairSummary summary = summaries.get(p);
            if (summary.problem != null) {
                throw new DataException(summary.problem);
            }
            List<Integer> expected = summaries.get(0).shape;
            if (!summary.shape.equals(expected)) {
                throw new DataException("IDX images (" + pairs.get(p).images().name() + "): they must have the shape "
                        + expected + " of the first file, but have " + summary.shape
                        + "; prepare them as a data set of their own");
            }
            firstRows.add(rows);
            rows += summary.items;
            for (int value = 0; value < summary.counts.length; value++) {
                if (summary.counts[value] > 0) {
                    String place = pairs.get(p).labels().name() + ", row " + summary.firsts[value];
                    labels.merge(
                            Integer.toString(value),
                            new LabelUse(summary.counts[value], place),
                            (a, b) -> new LabelUse(a.count() + b.count(), a.firstPlace()));
                }
            }
        }
        return new Inspection(
                rows,
                exampleShape(summaries.get(0).shape),
                Encoding.UINT8,
                task == Task.CLASSIFICATION ? labels : Collections.emptySortedMap());
    }

    /** Channels, height, width for images; one number for anything flat. */
    private static List<Integer> exampleShape(List<Integer> item) {
        return switch (item.size()) {
            case 0 -> List.of(1);
            case 2 -> List.of(1, item.get(0), item.get(1));
            default -> item;
        };
    }

    private static PairSummary summarise(IdxPair pair, Configuration hadoop) {
        long[] counts = new long[256];
        long[] firsts = new long[256];
        try (PairReader reader = new PairReader(pair, hadoop)) {
            long rows = 0;
            while (reader.next()) {
                rows++;
                int label = reader.label();
                if (counts[label]++ == 0) {
                    firsts[label] = rows;
                }
            }
            return new PairSummary(null, rows, reader.images.shape(), counts, firsts);
        } catch (DataException e) {
            return new PairSummary(String.valueOf(e.getMessage()), 0, List.of(), counts, firsts);
        }
    }

    @Override
    public JavaRDD<RawExample> examples(LabelEncoding labels) {
        List<PlacedPair> placed = new ArrayList<>();
        for (int p = 0; p < pairs.size(); p++) {
            placed.add(new PlacedPair(pairs.get(p), firstRows.get(p)));
        }
        SerializableConfiguration configuration = hadoop;
        return spark.parallelize(placed, placed.size())
                .flatMap(pair -> new PairIterator(pair, configuration.value(), labels));
    }

    /** Reads images and labels side by side. */
    private static final class PairReader implements AutoCloseable {
        private final IdxFile images;
        private final IdxFile labels;
        private final byte[] image;
        private final byte[] label = new byte[1];

        PairReader(IdxPair pair, Configuration hadoop) {
            try {
                images = IdxFile.open(pair.images().open(hadoop), pair.images().name());
                labels = IdxFile.open(pair.labels().open(hadoop), pair.labels().name());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            try {
                IdxFile.checkPair(images, labels);
            } catch (DataException e) {
                close();
                throw e;
            }
            image = new byte[images.itemSize()];
        }

        boolean next() {
            boolean more = images.next(image);
            labels.next(label);
            return more;
        }

        int label() {
            return label[0] & 0xff;
        }

        @Override
        public void close() {
            images.close();
            labels.close();
        }
    }

    /** The examples of one pair, without holding more than one. */
    private static final class PairIterator implements Iterator<RawExample> {
        private final PairReader reader;
        private final LabelEncoding labels;
        private long row;
        private boolean more;

        PairIterator(PlacedPair placed, Configuration hadoop, LabelEncoding labels) {
            this.reader = new PairReader(placed.pair, hadoop);
            this.labels = labels;
            this.row = placed.firstRow;
            TaskContext.get().<Void>addTaskCompletionListener(context -> {
                reader.close();
                return null;
            });
            this.more = reader.next();
        }

        @Override
        public boolean hasNext() {
            return more;
        }

        @Override
        public RawExample next() {
            if (!more) {
                throw new NoSuchElementException();
            }
            double label = labels.encode(Integer.toString(reader.label()));
            RawExample example = new RawExample(row++, label, reader.image.clone());
            more = reader.next();
            return example;
        }
    }
}
