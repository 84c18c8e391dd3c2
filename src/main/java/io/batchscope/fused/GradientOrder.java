package io.batchscope.fused;

import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.Replica.Range;
import io.batchscope.train.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which the parts of a program's gradient become final: the parameters of the last operation first, and last
 * those that no operation names, whose gradient is 0. A part is parameters of one operation that lie together.
 */
final class GradientOrder {
    /** Parts {@code from … to − 1}. */
    record Span(int from, int to) {}

    private final List<Range> parts;
    private final Map<Operation, Span> spans = new HashMap<>();
    private final Span rest;

    GradientOrder(Program program) {
        List<Range> all = new ArrayList<>();
        boolean[] named = new boolean[program.parameterCount()];
        List<Operation> operations = program.operations();
        for (int i = operations.size() - 1; i >= 0; i--) {
            int first = all.size();
            all.addAll(joined(parameters(operations.get(i))));
            spans.put(operations.get(i), new Span(first, all.size()));
            for (Range part : all.subList(first, all.size())) {
                Arrays.fill(named, part.from(), part.to(), true);
            }
        }
        int first = all.size();
        all.addAll(unnamed(named));
        this.parts = List.copyOf(all);
        this.rest = new Span(first, all.size());
    }

    List<Range> parts() {
        return parts;
    }

    /** Those of an operation; none if it has no parameters. */
    Span of(Operation operation) {
        return spans.getOrDefault(operation, new Span(0, 0));
    }

    /** Those of no operation. */
    Span rest() {
        return rest;
    }

    private static List<Range> unnamed(boolean[] named) {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < named.length; i++) {
            if (!named[i]) {
                ranges.add(new Range(i, i + 1));
            }
        }
        return joined(ranges);
    }

    /** In ascending order, and one range of those that touch each other. */
    private static List<Range> joined(List<Range> ranges) {
        List<Range> joined = new ArrayList<>();
        for (Range range :
                ranges.stream().sorted(Comparator.comparingInt(Range::from)).toList()) {
            int last = joined.size() - 1;
            if (last >= 0 && joined.get(last).to() == range.from()) {
                joined.set(last, new Range(joined.get(last).from(), range.to()));
            } else {
                joined.add(range);
            }
        }
        return joined;
    }

    private static List<Range> parameters(Operation operation) {
        List<Range> ranges = new ArrayList<>();
        if (operation instanceof Operation.Dense dense) {
            add(dense.weights(), dense.inputCount() * dense.outputCount(), ranges);
            add(dense.bias(), dense.outputCount(), ranges);
        } else if (operation instanceof Operation.Convolution convolution) {
            add(
                    convolution.weights(),
                    convolution.channelsIn() * convolution.channelsOut() * kernel(convolution.window()),
                    ranges);
            add(convolution.bias(), convolution.channelsOut(), ranges);
        } else if (operation instanceof Operation.BatchNormalization normalization) {
            add(normalization.gamma(), normalization.channels(), ranges);
            add(normalization.beta(), normalization.channels(), ranges);
            add(normalization.mean(), normalization.channels(), ranges);
            add(normalization.variance(), normalization.channels(), ranges);
        }
        return ranges;
    }

    private static int kernel(Window window) {
        return window.kernelHeight() * window.kernelWidth();
    }

    private static void add(int offset, int count, List<Range> ranges) {
        if (offset != Operation.ABSENT) {
            ranges.add(new Range(offset, offset + count));
        }
    }
}
