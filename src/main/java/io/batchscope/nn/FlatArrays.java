package io.batchscope.nn;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Bulk copies between Java arrays and ND4J's off-heap memory. The arrays must be contiguous floats. */
final class FlatArrays {
    private FlatArrays() {}

    static void read(INDArray from, float[] into) {
        pointer(from).get(into, 0, Math.toIntExact(from.length()));
    }

    static void write(float[] from, INDArray into) {
        pointer(into).put(from, 0, Math.toIntExact(into.length()));
    }

    private static FloatPointer pointer(INDArray array) {
        if (array.offset() != 0 || !(array.data().pointer() instanceof FloatPointer pointer)) {
            throw new IllegalArgumentException("a bulk copy needs a float array that starts its buffer, but got "
                    + array.shapeInfoToString() + " at offset " + array.offset());
        }
        return pointer;
    }
}
