package io.batchscope.nn;

import io.batchscope.plan.StudyConfig.ModelConfig.Dl4jFile;
import io.batchscope.train.Parameters;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.NoOp;

/** Reads Deeplearning4j configurations (JSON) and saved models (zip), sequential networks and graphs alike. */
final class ModelImport {
    private static final String CONFIGURATION_ENTRY = "configuration.json";

    private ModelImport() {}

    static ImportedModel read(Dl4jFile model) {
        String file = model.path();
        String place = file + " (study.model.dl4j)";
        byte[] content = content(file, place);
        boolean zip = content.length > 3 && content[0] == 'P' && content[1] == 'K';
        String json = zip ? configurationIn(content, place) : new String(content, StandardCharsets.UTF_8);
        boolean graph = json.contains("\"vertices\"");
        requireResiduals(model, graph, zip, place);
        Set<String> notices = new LinkedHashSet<>();
        try {
            boolean takesImages = graph
                    ? strip(ComputationGraphConfiguration.fromJson(json), place, notices)
                    : strip(MultiLayerConfiguration.fromJson(json), notices);
            String stripped = graph
                    ? graphToTrain(json, model.zeroInitResidual(), place).toJson()
                    : withoutTrainingSettings(MultiLayerConfiguration.fromJson(json))
                            .toJson();
            Parameters start = zip ? new Parameters(parametersIn(content, graph)) : null;
            String description = (graph ? "dl4j graph " : "dl4j network ")
                    + Path.of(file).getFileName()
                    + (zip ? ", from its saved parameters" : "")
                    + (model.zeroInitResidual() ? ", " + ResidualBlocks.DESCRIPTION : "");
            return new ImportedModel(
                    new ModelSource(graph, stripped, start), description, place, takesImages, List.copyOf(notices));
        } catch (ModelException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new ModelException(
                    "model " + place + ": cannot be read as a Deeplearning4j "
                            + (graph ? "ComputationGraphConfiguration" : "MultiLayerConfiguration") + ": "
                            + reason(e) + "; write it with toJson() or ModelSerializer",
                    e);
        }
    }

    private static void requireResiduals(Dl4jFile model, boolean graph, boolean zip, String place) {
        if (model.zeroInitResidual() && zip) {
            throw new ModelException("model " + place + ": starts from its saved parameters, so that zero-init-residual"
                    + " (study.model.zero-init-residual) has nothing to set; give its configuration (toJson()), or leave"
                    + " zero-init-residual out");
        }
        if (model.zeroInitResidual() && !graph) {
            throw new ModelException("model " + place + ": must have residual blocks for zero-init-residual"
                    + " (study.model.zero-init-residual), but is a sequence of layers; give a graph, or leave"
                    + " zero-init-residual out");
        }
    }

    private static ComputationGraphConfiguration graphToTrain(String json, boolean zeroInitResidual, String place) {
        ComputationGraphConfiguration graph = withoutTrainingSettings(ComputationGraphConfiguration.fromJson(json));
        return zeroInitResidual ? ResidualBlocks.startingAsIdentities(graph, place) : graph;
    }

    /** Deeplearning4j takes any JSON object and then misses what is not in it; its complaint would not help anyone. */
    private static String reason(Exception e) {
        return e instanceof NullPointerException ? "it is not one" : Models.firstLine(e);
    }

    private static byte[] content(String file, String place) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new ModelException(
                    "model " + place + ": the file does not exist; give the path of a .json or .zip", e);
        } catch (IOException e) {
            throw new ModelException("model " + place + ": cannot be read: " + e.getMessage() + "; check the file", e);
        }
    }

    private static String configurationIn(byte[] zip, String place) {
        try (ZipInputStream entries = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                if (entry.getName().equals(CONFIGURATION_ENTRY)) {
                    return new String(entries.readAllBytes(), StandardCharsets.UTF_8);
                }
            }
        } catch (IOException e) {
            throw new ModelException("model " + place + ": is a broken zip: " + e.getMessage() + "; save it again", e);
        }
        throw new ModelException("model " + place + ": is a zip without " + CONFIGURATION_ENTRY
                + "; write it with Deeplearning4j's ModelSerializer");
    }

    private static float[] parametersIn(byte[] zip, boolean graph) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(zip);
        INDArray parameters = graph
                ? ModelSerializer.restoreComputationGraph(in, false).params()
                : ModelSerializer.restoreMultiLayerNetwork(in, false).params();
        return parameters.dup().data().asFloat();
    }

    /** Notes what the study will replace; returns whether the first layer takes images. */
    private static boolean strip(MultiLayerConfiguration configuration, Set<String> notices) {
        configuration.getConfs().forEach(layer -> note(layer.getLayer(), notices));
        return configuration.getInputPreProcess(0) == null
                && takesImages(configuration.getConf(0).getLayer());
    }

    private static boolean strip(ComputationGraphConfiguration configuration, String place, Set<String> notices) {
        if (configuration.getNetworkInputs().size() != 1
                || configuration.getNetworkOutputs().size() != 1) {
            throw new ModelException("model " + place + ": must have one input and one output, but has inputs "
                    + configuration.getNetworkInputs() + " and outputs " + configuration.getNetworkOutputs()
                    + "; train a graph with one of each");
        }
        boolean images = false;
        for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
            if (vertex.getValue() instanceof LayerVertex layer) {
                note(layer.getLayerConf().getLayer(), notices);
                List<String> inputs = configuration.getVertexInputs().getOrDefault(vertex.getKey(), List.of());
                images |= inputs.contains(configuration.getNetworkInputs().get(0))
                        && layer.getPreProcessor() == null
                        && takesImages(layer.getLayerConf().getLayer());
            }
        }
        return images;
    }

    private static boolean takesImages(Layer layer) {
        return layer instanceof ConvolutionLayer
                || layer instanceof SubsamplingLayer
                || layer instanceof ZeroPaddingLayer;
    }

    private static void note(Layer layer, Set<String> notices) {
        if (!(layer instanceof BaseLayer base)) {
            return;
        }
        if (base.getIUpdater() != null && !(base.getIUpdater() instanceof NoOp)) {
            notices.add("the model's updater " + base.getIUpdater().getClass().getSimpleName()
                    + " is replaced by study.optimizer and study.learning-rate");
        }
        if (hasOthersThanPenalties(base.getRegularization()) || hasOthersThanPenalties(base.getRegularizationBias())) {
            notices.add("the model's own L1 and weight decay are not used, only its constant L2;"
                    + " set study.optimizer.weight-decay");
        }
        if (base.getGradientNormalization() != null && base.getGradientNormalization() != GradientNormalization.None) {
            notices.add("the model's gradient normalization " + base.getGradientNormalization() + " is not used");
        }
        if (!isEmpty(base.getConstraints())) {
            notices.add("the model's weight constraints are not used");
        }
    }

    private static boolean hasOthersThanPenalties(
            @org.jspecify.annotations.Nullable List<org.nd4j.linalg.learning.regularization.Regularization> rules) {
        return Penalties.among(rules).size() < Penalties.orEmpty(rules).size();
    }

    private static boolean isEmpty(@org.jspecify.annotations.Nullable List<?> list) {
        return list == null || list.isEmpty();
    }

    private static MultiLayerConfiguration withoutTrainingSettings(MultiLayerConfiguration configuration) {
        configuration.getConfs().forEach(ModelImport::clear);
        return configuration;
    }

    private static ComputationGraphConfiguration withoutTrainingSettings(ComputationGraphConfiguration configuration) {
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layer) {
                clear(layer.getLayerConf());
            }
        }
        return configuration;
    }

    private static void clear(NeuralNetConfiguration configuration) {
        configuration.setSeed(0);
        if (configuration.getLayer() instanceof BaseLayer base) {
            base.setIUpdater(new NoOp());
            base.setBiasUpdater(null);
            base.setRegularization(Penalties.among(base.getRegularization()));
            base.setRegularizationBias(Penalties.among(base.getRegularizationBias()));
            base.setGradientNormalization(GradientNormalization.None);
            base.setConstraints(null);
        }
    }
}
