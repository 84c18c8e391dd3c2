package io.batchscope.spark.dl4j;

import io.batchscope.data.SplitMix;
import io.batchscope.spark.dl4j.UpdateShare.Place;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.util.LongAccumulator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.spark.api.TrainingHook;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Before each update of a worker: tells the network which one it is, so that its rate is the schedule's also where the
 * worker had no share of the one before, and seeds what is random (dropout) by seed, rank and update. After it: frees the
 * data set, says that the run goes on, and takes the time.
 */
final class UpdateHook implements TrainingHook {
    private static final long serialVersionUID = 1L;

    private final long seed;
    private final LongAccumulator updates;
    private final LongAccumulator computeNanos;
    private transient long start;

    /**
     * @param seed of the run
     * @param updates counts those of all workers
     * @param computeNanos takes what the first rank's took
     */
    UpdateHook(long seed, LongAccumulator updates, LongAccumulator computeNanos) {
        this.seed = seed;
        this.updates = updates;
        this.computeNanos = computeNanos;
    }

    @Override
    public void preUpdate(DataSet shares, Model network) {
        before(Place.of(shares.getExampleMetaData()), network);
    }

    @Override
    public void preUpdate(MultiDataSet shares, Model network) {
        before(Place.of(shares.getExampleMetaData()), network);
    }

    private void before(Place place, Model network) {
        SparkNetwork.setIteration(network, place.update());
        Nd4j.getRandom().setSeed(SplitMix.mix(seed ^ SplitMix.mix(place.update() ^ SplitMix.mix(place.rank()))));
        start = System.nanoTime();
    }

    @Override
    public void postUpdate(DataSet shares, Model network) {
        after(Place.of(shares.getExampleMetaData()), Stream.of(shares.getFeatures(), shares.getLabels()));
    }

    @Override
    public void postUpdate(MultiDataSet shares, Model network) {
        after(
                Place.of(shares.getExampleMetaData()),
                Stream.concat(Stream.of(shares.getFeatures()), Stream.of(shares.getLabels())));
    }

    private void after(Place place, Stream<INDArray> arrays) {
        if (place.rank() == 0) {
            computeNanos.add(System.nanoTime() - start);
        }
        updates.add(1);
        List<INDArray> used = arrays.toList();
        used.stream().filter(INDArray::closeable).forEach(INDArray::close);
    }
}
