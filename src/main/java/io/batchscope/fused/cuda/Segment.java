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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Steps that follow each other on the stream, after which some parts of the gradient are final. The first time they are put
 * on the stream one by one, which lets the libraries load what they need; then they are recorded as a CUDA graph, which starts
 * all of them at once.
 */
final class Segment implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Segment.class);

    private final List<Runnable> steps;
    private final int firstPart;
    private final int lastPart;
    private final List<Range> ranges;
    private final CUevent_st done = Gpu.event();
    private final CUevent_st copied = Gpu.event();
    private boolean mayRecord;
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
                Gpu.quietly(() -> graph = record(stream));
                mayRecord = graph != null;
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

    /** Its steps as a graph; null if they cannot be recorded, which only makes them slower. */
    private @Nullable CUgraphExec_st record(CUstream_st stream) {
        CUgraph_st recorded = new CUgraph_st();
        check(cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal), "to record a graph");
        try {
            steps.forEach(Runnable::run);
        } catch (RuntimeException | Error e) {
            abandon(stream, recorded);
            if (e instanceof Error error) {
                throw error;
            }
            LOG.warn("steps on a GPU could not be recorded as a graph, and run one by one: {}", e.getMessage());
            return null;
        }
        int status = cudart.cudaStreamEndCapture(stream, recorded);
        CUgraphExec_st executable = new CUgraphExec_st();
        if (status == cudart.cudaSuccess) {
            status = cudart.cudaGraphInstantiateWithFlags(executable, recorded, 0);
            cudart.cudaGraphDestroy(recorded);
        }
        if (status != cudart.cudaSuccess) {
            cudart.cudaGetLastError();
            LOG.warn("steps on a GPU could not be recorded as a graph, and run one by one: status {}", status);
            return null;
        }
        return executable;
    }

    /** Ends what was being recorded; nothing of it has run. */
    private static void abandon(CUstream_st stream, CUgraph_st recorded) {
        cudart.cudaStreamEndCapture(stream, recorded);
        if (!recorded.isNull()) {
            cudart.cudaGraphDestroy(recorded);
        }
        cudart.cudaGetLastError();
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
