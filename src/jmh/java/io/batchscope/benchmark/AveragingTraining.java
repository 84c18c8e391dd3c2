package io.batchscope.benchmark;

import io.batchscope.data.Batch;
import io.batchscope.data.Examples;
import io.batchscope.train.Parameters;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Deeplearning4j's ParameterAveragingTrainingMaster with two workers: each takes a few steps of its own, then parameters
 * and updater state are averaged. The examples lie in memory as batches of the workers' size.
 */
final class AveragingTraining implements LossTraining {
    private static final int WORKERS = 2;
    private static final int TENTHS = 10;
    private static final int MOST_TENTHS = 300;

    private final JavaSparkContext spark;
    private final DenseNetwork network;
    private final int batchPerWorker;
    private final int averagingFrequency;
    private final double rate;
    private final JavaRDD<DataSet> epoch;
    private final List<JavaRDD<DataSet>> tenths = new ArrayList<>();

    AveragingTraining(
            SparkSession session,
            TrainingSet data,
            DenseNetwork network,
            int batchPerWorker,
            int averagingFrequency,
            double rate) {
        this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
        this.network = network;
        this.batchPerWorker = batchPerWorker;
        this.averagingFrequency = averagingFrequency;
        this.rate = rate;
        int classes = network.outputs();
        this.epoch = spark.parallelize(List.of(0, 1), WORKERS)
                .flatMap(part -> batches(data.part(part, WORKERS), batchPerWorker, classes))
                .cache();
        for (int tenth = 0; tenth < TENTHS; tenth++) {
            int wanted = tenth;
            JavaRDD<DataSet> some =
                    epoch.mapPartitions(batches -> tenth(batches, wanted)).cache();
            some.count();
            tenths.add(some);
        }
    }

    private static Iterator<DataSet> tenth(Iterator<DataSet> batches, int tenth) {
        List<DataSet> all = new ArrayList<>();
        batches.forEachRemaining(all::add);
        return all.subList(all.size() * tenth / TENTHS, all.size() * (tenth + 1) / TENTHS)
                .iterator();
    }

    private static Iterator<DataSet> batches(Examples examples, int size, int classes) {
        return IntStream.range(0, examples.size() / size)
                .mapToObj(i -> {
                    Batch batch = new Batch(size, examples.featureCount());
                    batch.fill(examples, i * size, (i + 1) * size);
                    INDArray labels = Nd4j.zeros(size, classes);
                    IntStream.range(0, size).forEach(row -> labels.putScalar(row, batch.classes()[row], 1));
                    return new DataSet(
                            Nd4j.createFromArray(batch.features()).reshape(size, examples.featureCount()), labels);
                })
                .iterator();
    }

    @Override
    public String title() {
        return "Deeplearning4j, ParameterAveragingTrainingMaster";
    }

    @Override
    public String settings() {
        return "Nesterov 0.9, batch " + batchPerWorker + " a worker, averaged every " + averagingFrequency
                + " steps, rate " + rate;
    }

    @Override
    public String unit() {
        return "tenths of an epoch";
    }

    @Override
    public int enough(LossProblem problem) {
        SparkDl4jMultiLayer training = start();
        for (int amount = 1; amount <= MOST_TENTHS; amount++) {
            training.fit(tenths.get((amount - 1) % TENTHS));
            if (problem.isSolvedBy(parameters(training))) {
                return amount;
            }
        }
        throw problem.notReached(this, MOST_TENTHS);
    }

    @Override
    public Trained train(int amount) {
        long start = System.nanoTime();
        SparkDl4jMultiLayer training = start();
        // Each call starts jobs of its own: as few as there can be.
        for (int whole = 0; whole < amount / TENTHS; whole++) {
            training.fit(epoch);
        }
        for (int tenth = 0; tenth < amount % TENTHS; tenth++) {
            training.fit(tenths.get(tenth));
        }
        return Trained.since(start, parameters(training));
    }

    private Parameters parameters(SparkDl4jMultiLayer training) {
        return network.fromDeeplearning4j(
                training.getNetwork().params().dup().data().asFloat());
    }

    private SparkDl4jMultiLayer start() {
        ParameterAveragingTrainingMaster master = new ParameterAveragingTrainingMaster.Builder(WORKERS, batchPerWorker)
                .batchSizePerWorker(batchPerWorker)
                .averagingFrequency(averagingFrequency)
                // False by default, whatever its documentation says; momentum would start anew every round.
                .saveUpdater(true)
                .rngSeed(1)
                // They are cached already, and Spark allows it once.
                .storageLevel(null)
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .repartionData(Repartition.NumPartitionsWorkersDiffers)
                .build();
        return new SparkDl4jMultiLayer(spark, configuration(), master);
    }

    private MultiLayerConfiguration configuration() {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .weightInit(WeightInit.XAVIER)
                .updater(new Nesterovs(rate, TrainingStep.MOMENTUM))
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(network.inputs())
                        .nOut(network.hidden())
                        .activation(Activation.SIGMOID)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(network.hidden())
                        .nOut(network.outputs())
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();
    }

    @Override
    public void close() {
        epoch.unpersist(true);
        tenths.forEach(batches -> batches.unpersist(true));
    }
}
