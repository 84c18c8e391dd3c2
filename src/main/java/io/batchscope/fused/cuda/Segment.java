package io.batchscope.fused.cuda;

import static io.batchscope.fused.cuda.Cuda.check;

import io.batchscope.train.Replica.Range;
import java.util.List;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.jspecify.annotations.Nullable;

/**
 * Steps that follow each other on the stream, after which some parts of the gradient are final. The first time they are put
 * on the stream one by one, which lets the libraries load what they need; then they are recorded as a CUDA graph, which starts
 * all of them at once.
 */
final class Segment implements AutoCloseable {
    private final List<Runnable> steps;
    private final int firstPart;
    private final int lastPart;
    private final List<Range> ranges;
    private final CUevent_st done = Gpu.event();
    private final CUevent_st copied = Gpu.event();
    private final boolean mayRecord;
    private @Nullable CUgraphExec_st graph;
    private int runs;

    /**
     * @param firstPart of the gradient that is final after it
     * @param lastPart the one after the last such part
     * @param ranges these parts, joined
     * @param mayRecord whether it may become a graph
     */
    Segment(List<Runnable> steps, int firstPart, int lastPart, List<Range> ranges, boolean mayRecord) {
        this.steps = List.copyOf(steps);
        this.firstPart = firstPart;
        this.lastPart = lastPart;
        this.ranges = List.copyOf(ranges);
        this.mayRecord = mayRecord;
    }

    int firstPart() {
        return firstPart;
    }

    int lastPart() {
        return lastPart;
    }

    /** What of the gradient is final after it. */
    List<Range> ranges() {
        return ranges;
    }

    /** Happens when its steps are done. */
    CUevent_st done() {
        return done;
    }

    /** Happens when its parts of the gradient are on the host. */
    CUevent_st copied() {
        return copied;
    }

    /** Puts its steps on the stream. */
    void start(CUstream_st stream) {
        if (!steps.isEmpty()) {
            if (graph == null && runs > 0 && mayRecord) {
                graph = record(stream);
            }
            if (graph == null) {
                steps.forEach(Runnable::run);
            } else {
                check(cudart.cudaGraphLaunch(graph, stream), "a graph");
            }
            runs++;
        }
        check(cudart.cudaEventRecord(done, stream), "an event");
    }

    private CUgraphExec_st record(CUstream_st stream) {
        CUgraph_st recorded = new CUgraph_st();
        check(cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal), "to record a graph");
        try {
            steps.forEach(Runnable::run);
        } catch (RuntimeException e) {
            cudart.cudaStreamEndCapture(stream, recorded);
            cudart.cudaGetLastError();
            throw e;
        }
        check(cudart.cudaStreamEndCapture(stream, recorded), "to record a graph");
        CUgraphExec_st executable = new CUgraphExec_st();
        try {
            check(cudart.cudaGraphInstantiateWithFlags(executable, recorded, 0), "a graph");
        } finally {
            cudart.cudaGraphDestroy(recorded);
        }
        return executable;
    }

    /** Forgets the graph, whose addresses no longer hold. */
    void forget() {
        if (graph != null) {
            cudart.cudaGraphExecDestroy(graph);
            graph = null;
        }
    }

    @Override
    public void close() {
        forget();
        cudart.cudaEventDestroy(done);
        cudart.cudaEventDestroy(copied);
    }
}
