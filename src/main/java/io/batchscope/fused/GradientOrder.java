package io.batchscope.fused;

import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The order in which the parts of a program's gradient become final: the parameters of the last operation first, and last
 * those that no operation names, whose gradient is 0. A part is parameters of one operation that lie together.
 */
public final class GradientOrder {
    /** Parts {@code from … to − 1}. */
    public record Span(int from, int to) {}

    private final List<Range> parts;
    private final Map<Operation, Span> spans = new HashMap<>();
    private final Span rest;

    public GradientOrder(Program program) {
        List<Range> all = new ArrayList<>();
        boolean[] named = new boolean[program.parameterCount()];
        List<Operation> operations = program.operations();
        for (int i = operations.size() - 1; i >= 0; i--) {
            int first = all.size();
            all.addAll(Range.joined(parameters(operations.get(i))));
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

    public List<Range> parts() {
        return parts;
    }

    /** Those of an operation; none if it has no parameters. */
    public Span of(Operation operation) {
        return spans.getOrDefault(operation, new Span(0, 0));
    }

    /** Those of no operation. */
    public Span rest() {
        return rest;
    }

    private static List<Range> unnamed(boolean[] named) {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < named.length; i++) {
            if (!named[i]) {
                ranges.add(new Range(i, i + 1));
            }
        }
        return Range.joined(ranges);
    }

    private static List<Range> parameters(Operation operation) {
        List<Range> ranges = new ArrayList<>();
        operation.tensors("").forEach(tensor -> ranges.add(new Range(tensor.from(), tensor.to())));
        if (operation instanceof Operation.BatchNormalization normalization) {
            int channels = normalization.channels();
            ranges.add(new Range(normalization.mean(), normalization.mean() + channels));
            ranges.add(new Range(normalization.variance(), normalization.variance() + channels));
        }
        return ranges;
    }
}
