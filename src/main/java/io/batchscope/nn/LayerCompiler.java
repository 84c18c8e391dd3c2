package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.nn.ProgramDraft.Margin;
import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.train.Operation;
import io.batchscope.train.Operation.Pooling;
import io.batchscope.train.Window;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;

/**
 * What Deeplearning4j's hidden layers compute, as operations. Kinds are matched exactly: a subclass computes something
 * else.
 */
final class LayerCompiler {
    private static final Map<Class<?>, Rule> RULES = Map.of(
            DenseLayer.class, LayerCompiler::dense,
            ConvolutionLayer.class, LayerCompiler::convolution,
            SubsamplingLayer.class, LayerCompiler::pooling,
            GlobalPoolingLayer.class, LayerCompiler::globalPooling,
            BatchNormalization.class, LayerCompiler::batchNormalization,
            ActivationLayer.class, LayerCompiler::activationLayer,
            DropoutLayer.class, LayerCompiler::dropoutLayer,
            ZeroPaddingLayer.class, LayerCompiler::zeroPadding);

    private LayerCompiler() {}

    /** One kind of layer: adds its operations for an input and returns its output. */
    @FunctionalInterface
    private interface Rule {
        Value apply(ProgramDraft draft, Value in, NetworkLayer layer);
    }

    /** Adds a layer. */
    static Value add(ProgramDraft draft, Value in, NetworkLayer layer) {
        Rule rule = RULES.get(layer.kind());
        if (rule == null) {
            throw new NotCompilableException(layer.place(), "not a kind that the fused replica knows");
        }
        return rule.apply(draft, in, layer);
    }

    private static Value dense(ProgramDraft draft, Value in, NetworkLayer layer) {
        DenseLayer settings = layer.settings(DenseLayer.class);
        require(!settings.hasLayerNorm(), layer.place(), "layer normalization");
        Value sums = layer.weightedSums(draft, in, settings, settings.hasBias());
        return activation(draft, sums, settings.getActivationFn(), layer.place());
    }

    private static Value convolution(ProgramDraft draft, Value in, NetworkLayer layer) {
        ConvolutionLayer settings = layer.settings(ConvolutionLayer.class);
        requireChannelsFirst(settings.getCnn2dDataFormat(), layer.place());
        layer.requireNoWeightNoise(settings);
        Value kept = layer.dropout(draft, in, settings.getIDropout());
        Window window = Windows.of(settings, kept, layer.place());
        Value sums = draft.add(
                new Operation.Convolution(
                        kept.index(),
                        Math.toIntExact(settings.getNIn()),
                        Math.toIntExact(settings.getNOut()),
                        window,
                        layer.offset(ConvolutionParamInitializer.WEIGHT_KEY),
                        settings.hasBias() ? layer.offset(ConvolutionParamInitializer.BIAS_KEY) : Operation.ABSENT),
                layer.place());
        return activation(draft, sums, settings.getActivationFn(), layer.place());
    }

    /** Deeplearning4j does not apply the dropout of a pooling layer. */
    private static Value pooling(ProgramDraft draft, Value in, NetworkLayer layer) {
        SubsamplingLayer settings = layer.settings(SubsamplingLayer.class);
        requireChannelsFirst(settings.getCnn2dDataFormat(), layer.place());
        int input = in.plainImage(layer.place());
        // What Deeplearning4j pools then are not the windows that its own output sizes say.
        require(Arrays.equals(settings.getDilation(), new int[] {1, 1}), layer.place(), "pooling with a dilation");
        Window window = Windows.of(settings, in, layer.place());
        Pooling.Kind average = settings.isAvgPoolIncludePadInDivisor()
                ? Pooling.Kind.AVERAGE_WITH_PADDING
                : Pooling.Kind.AVERAGE_WITHOUT_PADDING;
        Pooling.Kind kind = poolingKind(settings.getPoolingType(), average, layer.place());
        return draft.add(new Pooling(input, kind, window), layer.place());
    }

    private static Value globalPooling(ProgramDraft draft, Value in, NetworkLayer layer) {
        GlobalPoolingLayer settings = layer.settings(GlobalPoolingLayer.class);
        int input = in.plainImage(layer.place());
        int @Nullable [] dimensions = settings.getPoolingDimensions();
        require(
                dimensions == null || Arrays.equals(dimensions, new int[] {2, 3}),
                layer.place(),
                "pools over other dimensions than height and width");
        int height = in.shape().get(1);
        int width = in.shape().get(2);
        Window whole = new Window(height, width, height, width, 1, 1, 0, 0, 0, 0);
        Pooling.Kind kind = poolingKind(settings.getPoolingType(), Pooling.Kind.AVERAGE_WITHOUT_PADDING, layer.place());
        Value pooled = draft.add(new Pooling(input, kind, whole), layer.place());
        return settings.isCollapseDimensions()
                ? draft.add(new Operation.Flatten(pooled.index()), layer.place())
                : pooled;
    }

    private static Pooling.Kind poolingKind(PoolingType type, Pooling.Kind average, String place) {
        return switch (type) {
            case MAX -> Pooling.Kind.MAXIMUM;
            case AVG -> average;
            case SUM, PNORM ->
                throw new NotCompilableException(
                        place, "the pooling type " + type + " is not one that the fused replica knows");
        };
    }

    /** Deeplearning4j applies neither the dropout nor the activation function of a batch normalization. */
    private static Value batchNormalization(ProgramDraft draft, Value in, NetworkLayer layer) {
        BatchNormalization settings = layer.settings(BatchNormalization.class);
        requireChannelsFirst(settings.getCnn2DFormat(), layer.place());
        boolean locked = settings.isLockGammaBeta();
        // Otherwise Deeplearning4j leaves both out in one direction and not in the other.
        require(
                !locked || (settings.getGamma() == 1) == (settings.getBeta() == 0),
                layer.place(),
                "locked gamma " + settings.getGamma() + " and beta " + settings.getBeta()
                        + ", which Deeplearning4j applies in part");
        return draft.add(
                new Operation.BatchNormalization(
                        in.plain(layer.place()),
                        Math.toIntExact(settings.getNOut()),
                        (float) settings.getEps(),
                        (float) settings.getDecay(),
                        locked ? Operation.ABSENT : layer.offset(BatchNormalizationParamInitializer.GAMMA),
                        locked ? Operation.ABSENT : layer.offset(BatchNormalizationParamInitializer.BETA),
                        (float) settings.getGamma(),
                        (float) settings.getBeta(),
                        layer.offset(BatchNormalizationParamInitializer.GLOBAL_MEAN),
                        layer.offset(
                                settings.isUseLogStd()
                                        ? BatchNormalizationParamInitializer.GLOBAL_LOG_STD
                                        : BatchNormalizationParamInitializer.GLOBAL_VAR),
                        settings.isUseLogStd()),
                layer.place());
    }

    /** Deeplearning4j does not apply the dropout of an activation layer. */
    private static Value activationLayer(ProgramDraft draft, Value in, NetworkLayer layer) {
        return activation(draft, in, layer.settings(ActivationLayer.class).getActivationFn(), layer.place());
    }

    private static Value dropoutLayer(ProgramDraft draft, Value in, NetworkLayer layer) {
        return layer.dropout(draft, in, layer.settings(DropoutLayer.class).getIDropout());
    }

    private static Value zeroPadding(ProgramDraft draft, Value in, NetworkLayer layer) {
        ZeroPaddingLayer settings = layer.settings(ZeroPaddingLayer.class);
        requireChannelsFirst(settings.getDataFormat(), layer.place());
        require(in.isImage(), layer.place(), "takes images, but gets rows of " + in.shape());
        int[] sides = settings.getPadding();
        Margin margin = new Margin(sides[0], sides[2], sides[1], sides[3]);
        return new Value(in.index(), in.shape(), in.margin().plus(margin));
    }

    /** The value after an activation function. */
    static Value activation(ProgramDraft draft, Value in, IActivation activation, String place) {
        return ActivationFunctions.of(activation, place)
                .map(function -> draft.add(new Operation.Activation(in.plain(place), function), place))
                .orElse(in);
    }

    private static void requireChannelsFirst(CNN2DFormat format, String place) {
        require(format == CNN2DFormat.NCHW, place, "images with the channels last (NHWC)");
    }
}
