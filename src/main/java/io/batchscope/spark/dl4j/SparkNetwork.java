package io.batchscope.spark.dl4j;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.nd4j.linalg.dataset.DataSet;

/** What Deeplearning4j's two kinds of networks on Spark have in common. */
sealed interface SparkNetwork {
    /** The network on the driver. */
    Model network();

    /** Trains it on these data sets. */
    void fit(JavaRDD<DataSet> dataSets);

    /** The loss that the master reports of the last {@link #fit}. */
    double score();

    /** A network in the hands of a master. */
    static SparkNetwork of(JavaSparkContext spark, Model network, TrainingMaster<?, ?> master) {
        return network instanceof MultiLayerNetwork layers
                ? new Layers(new SparkDl4jMultiLayer(spark, layers, master))
                : new Graph(new SparkComputationGraph(spark, (ComputationGraph) network, master));
    }

    /** The parameters, copied. */
    default float[] parameters() {
        return network().params().ravel().toFloatVector();
    }

    /** Says how many updates the network has done, which decides the next one's rate. */
    static void setIteration(Model network, long update) {
        int iteration = Math.toIntExact(update);
        if (network instanceof MultiLayerNetwork layers) {
            layers.getLayerWiseConfigurations().setIterationCount(iteration);
        } else {
            ((ComputationGraph) network).getConfiguration().setIterationCount(iteration);
        }
    }

    /** A sequence of layers. */
    record Layers(SparkDl4jMultiLayer training) implements SparkNetwork {
        @Override
        public Model network() {
            return training.getNetwork();
        }

        @Override
        public void fit(JavaRDD<DataSet> dataSets) {
            training.fit(dataSets);
        }

        @Override
        public double score() {
            return training.getScore();
        }
    }

    /** A graph. */
    record Graph(SparkComputationGraph training) implements SparkNetwork {
        @Override
        public Model network() {
            return training.getNetwork();
        }

        @Override
        public void fit(JavaRDD<DataSet> dataSets) {
            training.fit(dataSets);
        }

        @Override
        public double score() {
            return training.getScore();
        }
    }
}
