package io.batchscope.nn;

import io.batchscope.data.Batch;
import io.batchscope.plan.Task;
import io.batchscope.train.ParameterTensor;
import io.batchscope.train.Replica;
import io.batchscope.train.WeightPenalty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.MemoryWorkspaceManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * The general replica: any Deeplearning4j network, by Deeplearning4j's own forward and backward passes, with its oneDNN
 * helpers where there are any. Its updater is not used; parameters and gradients are exchanged as flat arrays.
 */
final class Dl4jReplica implements Replica {
    private final Network network;
    private final Task task;
    private final int outputs;
    private final ILossFunction loss;
    private final IActivation applied;
    private final boolean smoothable;
    private final List<Range> held;
    private final List<ParameterTensor> tensors;
    private final List<WeightPenalty> penalties;
    private final boolean random;
    private final INDArray parameters;
    private final long[] inputShape;
    private final INDArray input;
    private final INDArray labels;
    private final float[] labelValues;
    private final float[] gradient;
    private final Map<Integer, INDArray[]> views = new HashMap<>();
    private int largest;

    /**
     * @param inputShape of one example as the network takes it, without the batch dimension
     * @param outputs numbers per example that the network puts out
     */
    Dl4jReplica(Network network, Task task, List<Integer> inputShape, int outputs, int microBatch) {
        OneDnnHelpers.enable(network);
        this.penalties = Penalties.of(network);
        Penalties.remove(network);
        this.network = network;
        this.task = task;
        this.outputs = outputs;
        this.loss = network.loss();
        this.applied = Losses.applied(network.outputActivation());
        this.smoothable = Losses.smoothable(network, task);
        this.held = held(network);
        this.tensors = Tensors.of(network);
        this.random = network.layers().stream().anyMatch(Dl4jReplica::isRandom);
        this.parameters = network.parameters();
        this.inputShape = new long[inputShape.size() + 1];
        for (int i = 0; i < inputShape.size(); i++) {
            this.inputShape[i + 1] = inputShape.get(i);
        }
        this.inputShape[0] = microBatch;
        this.input = Nd4j.createUninitialized(org.nd4j.linalg.api.buffer.DataType.FLOAT, this.inputShape, 'c');
        this.labels = Nd4j.createUninitialized(
                org.nd4j.linalg.api.buffer.DataType.FLOAT, new long[] {microBatch, outputs}, 'c');
        this.labelValues = new float[microBatch * outputs];
        this.gradient = new float[parameterCount()];
    }

    /** Whether a layer takes statistics over a micro-batch or draws random numbers for it. */
    static boolean dependsOnSpread(Layer layer) {
        return normalizes(layer) || isRandom(layer);
    }

    /** Whether a layer takes statistics over a micro-batch. */
    static boolean normalizes(Layer layer) {
        return layer instanceof BatchNormalization;
    }

    private static boolean isRandom(Layer layer) {
        org.deeplearning4j.nn.conf.layers.Layer configuration = layer.conf().getLayer();
        return configuration.getIDropout() != null
                || (configuration instanceof BaseLayer base && base.getWeightNoise() != null);
    }

    /** The running statistics and frozen parameters of a network. */
    static List<Range> held(Network network) {
        List<Range> ranges = new ArrayList<>();
        for (Layer layer : network.layers()) {
            layer.paramTable().forEach((key, values) -> {
                if (isHeld(layer, key)) {
                    int from = Math.toIntExact(values.offset());
                    ranges.add(new Range(from, from + Math.toIntExact(values.length())));
                }
            });
        }
        return List.copyOf(ranges);
    }

    /** Whether the update rule must leave the layer's parameter array {@code key} alone. */
    static boolean isHeld(Layer layer, String key) {
        boolean statistic = layer instanceof BatchNormalization
                && (key.equals(BatchNormalizationParamInitializer.GLOBAL_MEAN)
                        || key.equals(BatchNormalizationParamInitializer.GLOBAL_VAR)
                        || key.equals(BatchNormalizationParamInitializer.GLOBAL_LOG_STD));
        return statistic || layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop;
    }

    @Override
    public int parameterCount() {
        return Math.toIntExact(parameters.length());
    }

    @Override
    public void readParameters(float[] into) {
        FlatArrays.read(parameters, into);
    }

    @Override
    public void writeParameters(float[] values) {
        FlatArrays.write(values, parameters);
    }

    @Override
    public List<Range> heldParameters() {
        return held;
    }

    @Override
    public List<ParameterTensor> tensors() {
        return tensors;
    }

    @Override
    public List<WeightPenalty> penalties() {
        return penalties;
    }

    @Override
    public void seed(long seed) {
        if (random) {
            Seeds.apply(seed);
        }
    }

    @Override
    public double gradient(Batch batch, float weight, boolean add, float[] into) {
        makeRoom(batch.size());
        INDArray[] view = load(batch, batch.labelSmoothing());
        double meanLoss = network.backpropagate(view[0], view[1]);
        FlatArrays.read(network.gradient(), gradient);
        for (Range range : held) {
            // Deeplearning4j states the change of a statistic per batch, whatever its size.
            for (int i = range.from(); i < range.to(); i++) {
                gradient[i] *= batch.size();
            }
        }
        for (int i = 0; i < gradient.length; i++) {
            into[i] = (add ? into[i] : 0) + weight * gradient[i];
        }
        return meanLoss * batch.size();
    }

    /**
     * Deeplearning4j keeps the memory of a pass for the next one, in the size of the first; what a larger batch needs
     * beyond it is allocated anew each time and lies about until a garbage collection, which native memory never
     * causes.
     */
    private void makeRoom(int size) {
        if (size > largest) {
            freeWorkspaces();
            largest = size;
        }
    }

    /**
     * ND4J's own way to free all of a thread asks for a garbage collection too, which stops every rank of this JVM, and
     * frees arrays that their native code may be working on.
     */
    private static void freeWorkspaces() {
        MemoryWorkspaceManager workspaces = Nd4j.getWorkspaceManager();
        List.copyOf(workspaces.getAllWorkspacesForCurrentThread()).forEach(workspaces::destroyWorkspace);
    }

    @Override
    public Score score(Batch batch) {
        INDArray[] view = load(batch, 0);
        INDArray output = network.output(view[0]);
        double lossSum = loss.computeScore(view[1], output, applied, null, false);
        return new Score(batch.size(), lossSum, task == Task.CLASSIFICATION ? correct(output, batch) : 0);
    }

    @Override
    public void outputs(Batch batch, float[] into) {
        FlatArrays.read(network.output(load(batch, 0)[0]).dup('c'), into);
    }

    private long correct(INDArray output, Batch batch) {
        INDArray largest = output.argMax(1);
        long correct = 0;
        for (int row = 0; row < batch.size(); row++) {
            if (largest.getInt(row) == batch.classes()[row]) {
                correct++;
            }
        }
        return correct;
    }

    /**
     * Input and labels of the batch as arrays that share this replica's buffers.
     *
     * @param smoothing of the labels, see {@link Batch#labelSmoothing}
     */
    private INDArray[] load(Batch batch, double smoothing) {
        int size = batch.size();
        if (smoothing > 0 && !smoothable) {
            throw new ModelException("label smoothing " + smoothing + " (study.regularization.label-smoothing): needs "
                    + Losses.SMOOTHABLE + ", but the model's loss is " + loss + "; set it to 0 or change the model");
        }
        if (task == Task.CLASSIFICATION) {
            double share = smoothing / outputs;
            java.util.Arrays.fill(labelValues, 0, size * outputs, (float) share);
            for (int row = 0; row < size; row++) {
                labelValues[row * outputs + batch.classes()[row]] = (float) (1 - smoothing + share);
            }
        } else {
            System.arraycopy(batch.targets(), 0, labelValues, 0, size);
        }
        INDArray[] view = views.computeIfAbsent(size, n -> new INDArray[] {firstRows(input, n), firstRows(labels, n)});
        FlatArrays.write(batch.features(), view[0]);
        FlatArrays.write(labelValues, view[1]);
        return view;
    }

    /** Its own arrays, and the workspaces in which Deeplearning4j keeps activations on this thread. */
    @Override
    public long nativeBytes() {
        long numbers = 2 * parameters.length() + input.length() + labels.length();
        return numbers * Float.BYTES
                + Nd4j.getWorkspaceManager().getAllWorkspacesForCurrentThread().stream()
                        .mapToLong(MemoryWorkspace::getCurrentSize)
                        .sum();
    }

    private static INDArray firstRows(INDArray whole, int rows) {
        return rows == whole.size(0) ? whole : whole.get(NDArrayIndex.interval(0, rows));
    }

    /** Frees what is large at once; a garbage collection, which would do it too, may be long in coming. */
    @Override
    public void close() {
        freeWorkspaces();
        views.clear();
        free(input);
        free(labels);
        free(network.gradient());
        free(parameters);
    }

    /** Null before the first backward pass has made the gradient. */
    private static void free(@Nullable INDArray array) {
        if (array != null && array.closeable()) {
            array.close();
        }
    }
}
