package io.batchscope.nn;

import java.lang.reflect.Field;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.layers.LayerHelper;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNBatchNormHelper;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNSubsamplingHelper;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Deeplearning4j's convolution, pooling and batch normalization on oneDNN. Deeplearning4j 1.0.0-M2.1 brings the helpers
 * but asks for them by a native method that has since been renamed, and so never turns them on.
 *
 * <p>Left out are: dilated convolutions, which oneDNN refuses as the helper describes them, and dilated pooling; pooling by p-norm, which the
 * helper leaves to Deeplearning4j anyway; averages with the padding in the divisor, which the helper leaves out of it;
 * layers with weight noise, which the helper's path would not draw anew; batch
 * normalization with fixed scale and shift, which the helper says it does not support.
 */
final class OneDnnHelpers {
    /** A line of the native library's own description. */
    private static final String BUILT_WITH_ONEDNN = "HAVE_ONEDNN";

    private OneDnnHelpers() {}

    /**
     * Turns the helpers on where they compute what the layer would; not for double precision, which oneDNN lacks, and
     * not without a native library that has oneDNN.
     */
    static void enable(Network network) {
        if (network.parameters().dataType() == DataType.FLOAT && areBuiltIn()) {
            network.layers().forEach(OneDnnHelpers::enable);
        }
    }

    /** Whether the native library on the class path was built with oneDNN. */
    static boolean areBuiltIn() {
        return NativeOpsHolder.getInstance().getDeviceNativeOps().buildInfo().contains(BUILT_WITH_ONEDNN);
    }

    private static void enable(Layer layer) {
        if (layer instanceof BaseWrapperLayer wrapper) {
            enable(wrapper.getUnderlying());
            return;
        }
        // Subclasses (1D, depthwise, transposed ...) compute something else.
        if (layer.getClass() == ConvolutionLayer.class && suits((ConvolutionLayer) layer)) {
            set(layer, new MKLDNNConvHelper(DataType.FLOAT));
        } else if (layer.getClass() == SubsamplingLayer.class && suits((SubsamplingLayer) layer)) {
            set(layer, new MKLDNNSubsamplingHelper(DataType.FLOAT));
        } else if (layer.getClass() == BatchNormalization.class && suits((BatchNormalization) layer)) {
            set(layer, new MKLDNNBatchNormHelper(DataType.FLOAT));
        }
    }

    private static boolean suits(ConvolutionLayer layer) {
        var configuration = (org.deeplearning4j.nn.conf.layers.ConvolutionLayer)
                layer.conf().getLayer();
        return Arrays.stream(configuration.getDilation()).allMatch(by -> by == 1)
                && configuration.getWeightNoise() == null;
    }

    private static boolean suits(SubsamplingLayer layer) {
        var configuration = (org.deeplearning4j.nn.conf.layers.SubsamplingLayer)
                layer.conf().getLayer();
        PoolingType kind = PoolingType.valueOf(configuration.getPoolingType().name());
        boolean dense = Arrays.equals(configuration.getDilation(), new int[] {1, 1});
        boolean average = kind == PoolingType.AVG && !configuration.isAvgPoolIncludePadInDivisor();
        return dense && (kind == PoolingType.MAX || average);
    }

    private static boolean suits(BatchNormalization layer) {
        var configuration = (org.deeplearning4j.nn.conf.layers.BatchNormalization)
                layer.conf().getLayer();
        return !configuration.isLockGammaBeta();
    }

    private static void set(Layer layer, LayerHelper helper) {
        try {
            Field field = layer.getClass().getDeclaredField("helper");
            field.setAccessible(true);
            field.set(layer, helper);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "Deeplearning4j's " + layer.getClass().getSimpleName() + " has changed", e);
        }
    }
}
