package io.batchscope.fused.cuda;

import io.batchscope.fused.GradientOrder;
import io.batchscope.train.Replica.Range;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A program made ready for one number of examples: its steps in segments, bound to memory. */
final class DevicePass implements AutoCloseable {
    /** Floats of the gradient that make a copy of their own worth its start. */
    private static final int LEAST_FLOATS_HANDED_OVER = 1 << 17;

    private final @Nullable KeptExamples kept;
    private final DeviceTensor input;
    private final DeviceLoss loss;
    private final List<AutoCloseable> owned;
    private final List<Segment> segments;
    private final long bytes;
    private int generation = -1;

    DevicePass(
            DeviceLowering lowering,
            GradientOrder order,
            @Nullable KeptExamples kept,
            DeviceTensor input,
            DeviceLoss loss,
            boolean graphs) {
        this.kept = kept;
        this.input = input;
        this.loss = loss;
        this.bytes = lowering.plan();
        this.owned = lowering.owned();
        this.segments = lowering.training() ? backward(lowering, order, graphs) : forward(lowering, graphs);
    }

    private static List<Segment> forward(DeviceLowering lowering, boolean graphs) {
        return List.of(new Segment(lowering.steps(), 0, 0, List.of(), graphs));
    }

    /** Cuts the steps where enough of the gradient has become final. */
    private static List<Segment> backward(DeviceLowering lowering, GradientOrder order, boolean graphs) {
        List<Segment> segments = new ArrayList<>();
        List<DeviceLowering.Final> finals = lowering.finals();
        int step = 0;
        int part = 0;
        for (int i = 0; i < finals.size(); i++) {
            int end = finals.get(i).span().to();
            boolean last = i == finals.size() - 1;
            List<Range> ranges = Range.joined(order.parts().subList(part, end));
            long floats = ranges.stream().mapToLong(r -> r.to() - r.from()).sum();
            if (last || floats >= LEAST_FLOATS_HANDED_OVER) {
                int steps = last ? lowering.steps().size() : finals.get(i).steps();
                segments.add(new Segment(lowering.steps().subList(step, steps), part, end, ranges, graphs));
                step = steps;
                part = end;
            }
        }
        return segments.isEmpty() ? forward(lowering, graphs) : segments;
    }

    /** Bytes of the replica's workspace that it needs. */
    long bytes() {
        return bytes;
    }

    /** Where its features are gathered from; null: they are uploaded. */
    @Nullable
    KeptExamples kept() {
        return kept;
    }

    /** What is uploaded for it: features, or the numbers of kept examples. */
    DeviceTensor input() {
        return input;
    }

    DeviceLoss loss() {
        return loss;
    }

    List<Segment> segments() {
        return segments;
    }

    /** Makes sure that it runs where the workspace is now. */
    void bind(DeviceMemory workspace) {
        if (generation != workspace.generation()) {
            segments.forEach(Segment::forget);
            generation = workspace.generation();
        }
    }

    @Override
    public void close() {
        segments.forEach(Segment::close);
        closeAll(owned);
    }

    /** Closes things in the reverse order of their making. */
    static void closeAll(List<AutoCloseable> things) {
        for (int i = things.size() - 1; i >= 0; i--) {
            try {
                things.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
