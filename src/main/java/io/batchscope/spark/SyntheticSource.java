package io.batchscope.spark;

import io.batchscope.data.Manifest.Encoding;
import io.batchscope.data.SyntheticExamples;
import io.batchscope.plan.Task;
import io.batchscope.spark.Inspection.LabelUse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Made-up examples. */
final class SyntheticSource implements ExampleSource {
    private final JavaSparkContext spark;
    private final SyntheticExamples problem;
    private final long examples;

    SyntheticSource(JavaSparkContext spark, SyntheticExamples problem, long examples) {
        this.spark = spark;
        this.problem = problem;
        this.examples = examples;
    }

    @Override
    public Inspection inspect() {
        SortedMap<String, LabelUse> labels = new TreeMap<>();
        if (problem.task() == Task.CLASSIFICATION) {
            for (int label = 0; label < Math.min(problem.classes(), examples); label++) {
                long count = (examples - label + problem.classes() - 1) / problem.classes();
                labels.put(Integer.toString(label), new LabelUse(count, "synthetic, row " + (label + 1)));
            }
        }
        return new Inspection(examples, List.of(problem.features()), Encoding.FLOAT32, labels);
    }

    @Override
    public JavaRDD<RawExample> examples(LabelEncoding labels) {
        int slices = spark.defaultParallelism();
        List<long[]> ranges = new ArrayList<>();
        for (int i = 0; i < slices; i++) {
            ranges.add(new long[] {examples * i / slices, examples * (i + 1) / slices});
        }
        SyntheticExamples made = problem;
        return spark.parallelize(ranges, slices).flatMap(range -> make(made, range[0], range[1]));
    }

    private static Iterator<RawExample> make(SyntheticExamples problem, long from, long to) {
        SyntheticExamples.Generator generator = problem.generator();
        float[] features = new float[problem.features()];
        return LongStream.range(from, to)
                .mapToObj(row -> {
                    double label = generator.example(row, features);
                    return new RawExample(row, label, FloatBytes.encode(features));
                })
                .iterator();
    }
}
