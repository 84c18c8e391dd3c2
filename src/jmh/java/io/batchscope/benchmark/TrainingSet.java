package io.batchscope.benchmark;

import io.batchscope.data.Examples;
import io.batchscope.data.Split;
import io.batchscope.plan.Task;
import io.batchscope.spark.DataLocation;
import io.batchscope.spark.DataPreparer;
import io.batchscope.spark.NamedDataSets;
import io.batchscope.spark.PreparationRequest;
import io.batchscope.spark.ShardReader;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * The training examples of Fashion-MNIST, prepared and normalized once, from which every contender of {@link SameLoss}
 * takes its own form of them.
 */
record TrainingSet(DataLocation location, ShardReader reader) implements Serializable {
    private static final String NAME = "fashion-mnist";

    /** Prepares it below {@code directory} unless it is there. */
    static TrainingSet prepare(SparkSession spark, Path directory) {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        String path = directory.resolve(NAME).toString();
        PreparationRequest request = new PreparationRequest(
                NAME,
                PreparationRequest.Format.IDX,
                List.of(NAME),
                List.of(),
                Optional.empty(),
                Task.CLASSIFICATION,
                0,
                0,
                PreparationRequest.DEFAULT_SHARDS,
                1,
                OptionalInt.empty(),
                Optional.empty());
        DataPreparer.prepare(spark, NamedDataSets.resolve(request, hadoop, path), path);
        return new TrainingSet(DataLocation.open(hadoop, path), ShardReader.of(spark));
    }

    int size() {
        return Math.toIntExact(location.manifest().examples(Split.TRAIN));
    }

    int featureCount() {
        return location.manifest().shape().stream().reduce(1, Math::multiplyExact);
    }

    int classes() {
        return location.manifest().outputs();
    }

    /** All of them. */
    Examples all() {
        return part(0, 1);
    }

    /** Every {@code parts}-th one. */
    Examples part(int part, int parts) {
        return reader.read(location, Split.TRAIN, size(), parts, part, parts);
    }
}
