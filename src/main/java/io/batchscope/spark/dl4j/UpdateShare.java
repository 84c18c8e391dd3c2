package io.batchscope.spark.dl4j;

import java.io.Serializable;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * One rank's examples of one update. Deeplearning4j's workers pour data sets together and cut them anew until each has the
 * number of examples they are told; shares of a batch differ by an example or so, so that would move examples to other
 * updates. So this one always says to have that number, and is taken as it is.
 */
final class UpdateShare extends DataSet {
    private static final long serialVersionUID = 1L;

    private final int saidExamples;

    /**
     * Whose share of which update it is, for what needs to know during training.
     *
     * @param update from 0
     */
    record Place(long update, int rank) implements Serializable {
        /** The one that a data set carries. */
        static Place of(List<? extends Serializable> metadata) {
            return (Place) metadata.get(0);
        }
    }

    /** @param saidExamples what it says to hold */
    UpdateShare(INDArray features, INDArray labels, Place place, int saidExamples) {
        super(features, labels);
        this.saidExamples = saidExamples;
        setExampleMetaData(List.of(place));
    }

    @Override
    public int numExamples() {
        return saidExamples;
    }

    @Override
    public boolean equals(Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
