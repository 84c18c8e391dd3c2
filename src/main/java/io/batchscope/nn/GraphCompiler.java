package io.batchscope.nn;

import static io.batchscope.nn.NotCompilableException.require;

import io.batchscope.nn.ProgramDraft.Value;
import io.batchscope.plan.Task;
import io.batchscope.train.Operation;
import io.batchscope.train.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.jspecify.annotations.Nullable;

/** Compiles graphs of layers and sums with one input and one output. */
final class GraphCompiler {
    private final ComputationGraph network;
    private final ComputationGraphConfiguration configuration;
    private final String input;
    private final String output;
    private final ProgramDraft draft;
    private final Map<String, Value> values = new HashMap<>();

    private GraphCompiler(ComputationGraph network, List<Integer> inputShape) {
        this.network = network;
        this.configuration = network.getConfiguration();
        this.input = configuration.getNetworkInputs().get(0);
        this.output = configuration.getNetworkOutputs().get(0);
        this.draft = new ProgramDraft(Preprocessing.inputShape(firstPreprocessor(), inputShape));
    }

    static Program compile(ComputationGraph network, List<Integer> inputShape, Task task) {
        return new GraphCompiler(network, inputShape).compile(task);
    }

    private Program compile(Task task) {
        requireEveryResultIsUsed();
        values.put(input, draft.input());
        for (int index : network.topologicalSortOrder()) {
            String name = network.getVertices()[index].getVertexName();
            if (!name.equals(input) && !name.equals(output)) {
                values.put(name, result(name));
            }
        }
        NetworkLayer last = new NetworkLayer(network.getOutputLayer(0), output);
        int parameterCount = Math.toIntExact(network.params().length());
        return OutputCompiler.finish(draft, taken(last), last, task, parameterCount);
    }

    private Value result(String name) {
        GraphVertex vertex = vertex(name);
        if (vertex.getClass() == LayerVertex.class) {
            NetworkLayer layer = new NetworkLayer(network.getLayer(name), name);
            return LayerCompiler.add(draft, taken(layer), layer);
        }
        String place = "vertex '" + name + "' (" + vertex.getClass().getSimpleName() + ")";
        require(
                vertex.getClass() == ElementWiseVertex.class
                        && ((ElementWiseVertex) vertex).getOp() == ElementWiseVertex.Op.Add,
                place,
                "not a layer or a sum, which is what the fused replica knows");
        List<Value> terms = inputs(name);
        Value sum = terms.get(0);
        for (Value term : terms.subList(1, terms.size())) {
            sum = draft.add(new Operation.Addition(sum.plain(place), term.plain(place)), place);
        }
        return sum;
    }

    /** What a layer takes. */
    private Value taken(NetworkLayer layer) {
        return Preprocessing.add(draft, inputs(layer.name()).get(0), preprocessor(layer.name()), layer.place());
    }

    private List<Value> inputs(String name) {
        return inputNames(name).stream()
                .map(from -> Objects.requireNonNull(values.get(from)))
                .toList();
    }

    private List<String> inputNames(String name) {
        return configuration.getVertexInputs().getOrDefault(name, List.of());
    }

    private GraphVertex vertex(String name) {
        return Objects.requireNonNull(configuration.getVertices().get(name));
    }

    private @Nullable InputPreProcessor preprocessor(String name) {
        return vertex(name) instanceof LayerVertex layer ? layer.getPreProcessor() : null;
    }

    /** Then the last operation of the program is the one that the loss takes. */
    private void requireEveryResultIsUsed() {
        for (String name : configuration.getVertices().keySet()) {
            boolean used = configuration.getVertexInputs().values().stream().anyMatch(all -> all.contains(name));
            String place = "vertex '" + name + "'";
            require(used || name.equals(output), place, "nothing takes its result");
            require(!used || !name.equals(output), place, "is the output and the input of another");
        }
    }

    /** The one that makes images of the network's input, if there is such a one. */
    private @Nullable InputPreProcessor firstPreprocessor() {
        List<String> takers = configuration.getVertices().keySet().stream()
                .filter(name -> inputNames(name).contains(input))
                .toList();
        List<String> asImages = takers.stream()
                .filter(name -> preprocessor(name) instanceof FeedForwardToCnnPreProcessor)
                .toList();
        if (asImages.isEmpty()) {
            return null;
        }
        require(
                asImages.size() == takers.size(),
                "input '" + input + "'",
                "is taken both as images and as rows, by " + takers);
        return preprocessor(asImages.get(0));
    }
}
