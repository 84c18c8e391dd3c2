package io.batchscope.analysis;

import io.batchscope.law.Drawings;
import io.batchscope.law.Interval;
import java.util.function.ToDoubleFunction;

/**
 * A number that follows from fitted laws.
 *
 * @param interval 95 %
 */
public record Predicted(double value, Interval interval) {
    /** By the laws, and by each that was drawn. */
    static <T> Predicted of(T laws, Drawings<T> drawn, ToDoubleFunction<T> number) {
        return new Predicted(number.applyAsDouble(laws), drawn.interval(number));
    }
}
