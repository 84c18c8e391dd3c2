package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.train.Operation;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.jspecify.annotations.Nullable;

/** What Deeplearning4j's preprocessors between layers do to the shape of a value. */
final class Preprocessing {
    private Preprocessing() {}

    /**
     * The shape that the program's input has. Rows that the first layer takes as images are images from the start: the
     * numbers are in the same order.
     *
     * @param first preprocessor of what takes the input
     * @param inputShape of one example as the network takes it
     */
    static List<Integer> inputShape(@Nullable InputPreProcessor first, List<Integer> inputShape) {
        return first instanceof FeedForwardToCnnPreProcessor image && inputShape.size() == 1
                ? Stream.of(image.getNumChannels(), image.getInputHeight(), image.getInputWidth())
                        .map(Math::toIntExact)
                        .toList()
                : inputShape;
    }

    /** A value as the preprocessor hands it to a layer. */
    static Value add(ProgramDraft draft, Value value, @Nullable InputPreProcessor preprocessor, String place) {
        if (preprocessor == null) {
            return value;
        }
        if (preprocessor instanceof FeedForwardToCnnPreProcessor) {
            require(value.isImage(), place, "makes images of rows that are not the network's input");
            return value;
        }
        require(
                preprocessor instanceof CnnToFeedForwardPreProcessor flatten && flatten.getFormat() == CNN2DFormat.NCHW,
                place,
                "its preprocessor " + preprocessor.getClass().getSimpleName()
                        + " is not one that the fused replica knows");
        return value.isImage() ? draft.add(new Operation.Flatten(value.plain(place)), place) : value;
    }
}
