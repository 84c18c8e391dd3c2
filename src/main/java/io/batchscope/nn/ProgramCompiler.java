package io.batchscope.nn;

import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.plan.Task;
import io.batchscope.train.Program;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** From a built Deeplearning4j network that takes the data to the {@link Program} that computes the same. */
final class ProgramCompiler {
    private ProgramCompiler() {}

    /**
     * Compiles a network, or says why that cannot be.
     *
     * @param inputShape of one example as the network takes it
     * @param task what the labels are
     */
    static Compilation compile(Network network, List<Integer> inputShape, Task task) {
        try {
            Program program = network instanceof Network.Graph graph
                    ? GraphCompiler.compile(graph.network(), inputShape, task)
                    : sequential(((Network.Sequential) network).network(), inputShape, task);
            return new Compilation.Compiled(
                    program.withPenalties(Penalties.of(network)).withTensors(Tensors.of(network)));
        } catch (NotCompilableException e) {
            return new Compilation.NotCompiled(Objects.requireNonNull(e.getMessage()));
        }
    }

    private static Program sequential(MultiLayerNetwork network, List<Integer> inputShape, Task task) {
        ProgramDraft draft = new ProgramDraft(
                Preprocessing.inputShape(network.getLayerWiseConfigurations().getInputPreProcess(0), inputShape));
        Value value = draft.input();
        int last = network.getnLayers() - 1;
        for (int i = 0; i < last; i++) {
            value = LayerCompiler.add(draft, taken(draft, value, network, i), layer(network, i));
        }
        int parameterCount = Math.toIntExact(network.params().length());
        return OutputCompiler.finish(
                draft, taken(draft, value, network, last), layer(network, last), task, parameterCount);
    }

    /** What layer {@code index} takes, given what the one before puts out. */
    private static Value taken(ProgramDraft draft, Value value, MultiLayerNetwork network, int index) {
        return Preprocessing.add(
                draft,
                value,
                network.getLayerWiseConfigurations().getInputPreProcess(index),
                layer(network, index).place());
    }

    private static NetworkLayer layer(MultiLayerNetwork network, int index) {
        return NetworkLayer.of(network.getLayer(index), index);
    }
}
