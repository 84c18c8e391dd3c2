package io.batchscope.benchmark;

import io.batchscope.data.Examples;
import io.batchscope.train.Parameters;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.classification.MultilayerPerceptronClassificationModel;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Spark MLlib's MultilayerPerceptronClassifier: L-BFGS on the whole training set, its own defaults, two partitions. */
final class MllibTraining implements LossTraining {
    private static final int PARTITIONS = 2;
    private static final int FIRST_GUESS = 10;
    private static final int MOST_ITERATIONS = 640;
    /** So small that the number of iterations ends the search and nothing else. */
    private static final double TOLERANCE = 1e-12;

    private final DenseNetwork network;
    private final Dataset<Row> rows;

    MllibTraining(SparkSession spark, TrainingSet data, DenseNetwork network) {
        this.network = network;
        StructType schema = new StructType(new StructField[] {
            new StructField("label", DataTypes.DoubleType, false, Metadata.empty()),
            new StructField("features", SQLDataTypes.VectorType(), false, Metadata.empty())
        });
        JavaRDD<Row> examples = JavaSparkContext.fromSparkContext(spark.sparkContext())
                .parallelize(List.of(0, 1), PARTITIONS)
                .flatMap(part -> rows(data.part(part, PARTITIONS)));
        this.rows = spark.createDataFrame(examples, schema).cache();
        rows.count();
    }

    private static java.util.Iterator<Row> rows(Examples examples) {
        return IntStream.range(0, examples.size())
                .mapToObj(i -> {
                    float[] features = new float[examples.featureCount()];
                    examples.copyFeatures(i, features, 0);
                    double[] values = IntStream.range(0, features.length)
                            .mapToDouble(j -> features[j])
                            .toArray();
                    return RowFactory.create((double) examples.classOf(i), Vectors.dense(values));
                })
                .iterator();
    }

    @Override
    public String title() {
        return "Spark MLlib, MultilayerPerceptronClassifier";
    }

    @Override
    public String settings() {
        return "L-BFGS, full batch, "
                + dev.ludovic.netlib.blas.BLAS.getInstance().getClass().getSimpleName();
    }

    @Override
    public String unit() {
        return "iterations";
    }

    /** MLlib tells the loss after every iteration; what it says is checked with the common code. */
    @Override
    public int enough(LossProblem problem) {
        for (int most = FIRST_GUESS; most <= MOST_ITERATIONS; most *= 2) {
            double[] history = fit(most).summary().objectiveHistory();
            for (int iteration = 1; iteration < history.length; iteration++) {
                if (history[iteration] <= problem.target()
                        && problem.isSolvedBy(train(iteration).parameters())) {
                    return iteration;
                }
            }
        }
        throw problem.notReached(this, MOST_ITERATIONS);
    }

    @Override
    public Trained train(int amount) {
        long start = System.nanoTime();
        double[] weights = fit(amount).weights().toArray();
        float[] parameters = new float[weights.length];
        for (int i = 0; i < weights.length; i++) {
            parameters[i] = (float) weights[i];
        }
        return Trained.since(start, new Parameters(parameters));
    }

    private MultilayerPerceptronClassificationModel fit(int iterations) {
        return new MultilayerPerceptronClassifier()
                .setLayers(new int[] {network.inputs(), network.hidden(), network.outputs()})
                .setSeed(1)
                .setTol(TOLERANCE)
                .setMaxIter(iterations)
                .fit(rows);
    }

    @Override
    public void close() {
        rows.unpersist(true);
    }
}
