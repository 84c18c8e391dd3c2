package io.batchscope.nn;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.concurrency.AffinityManager.Location;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Bulk copies between Java arrays and ND4J's off-heap memory. The arrays must be contiguous floats. A backend that computes on a
 * GPU keeps a copy there and is told which of the two is the newer; on the processor there is but one, and telling does nothing.
 */
final class FlatArrays {
    private FlatArrays() {}

    static void read(INDArray from, float[] into) {
        Nd4j.getAffinityManager().ensureLocation(from, Location.HOST);
        pointer(from).get(into, 0, Math.toIntExact(from.length()));
    }

    static void write(float[] from, INDArray into) {
        pointer(into).put(from, 0, Math.toIntExact(into.length()));
        Nd4j.getAffinityManager().tagLocation(into, Location.HOST);
    }

    private static FloatPointer pointer(INDArray array) {
        if (array.offset() != 0 || !(array.data().pointer() instanceof FloatPointer pointer)) {
            throw new IllegalArgumentException("a bulk copy needs a float array that starts its buffer, but got "
                    + array.shapeInfoToString() + " at offset " + array.offset());
        }
        return pointer;
    }
}
