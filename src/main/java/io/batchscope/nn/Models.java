package io.batchscope.nn;

import io.batchscope.plan.ModelFacts;
import io.batchscope.plan.StudyConfig.ModelConfig;
import io.batchscope.plan.Task;
import io.batchscope.train.Parameters;
import io.batchscope.train.TrainingArithmetic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Turns a configured model into one that can be trained, and tries it on an example of the data's shape. */
public final class Models {
    private Models() {}

    /**
     * Loads or builds a model.
     *
     * @param shape of one example of the data: one number, or channels, height, width
     * @param outputs classes, or targets per example
     * @throws ModelException if the model cannot be read, or does not fit the data
     */
    public static Model load(ModelConfig config, List<Integer> shape, Task task, int outputs) {
        ImportedModel imported = config instanceof ModelConfig.Catalog catalog
                ? ModelCatalog.model(catalog, shape, task, outputs)
                : ModelImport.read((ModelConfig.Dl4jFile) config);
        List<Integer> inputShape = imported.takesImages() ? shape : List.of(product(shape));
        Network network = imported.source().build(0);
        long actual = tryOut(network, inputShape, imported.place());
        if (actual != outputs) {
            throw new ModelException("model " + imported.place() + ": must put out " + outputs
                    + " numbers for this data ("
                    + (task == Task.CLASSIFICATION ? "its classes" : "its targets") + "), but puts out " + actual
                    + "; change nOut of the last layer");
        }
        Losses.requireFits(network.loss(), task, imported.place());
        Compilation compilation = ProgramCompiler.compile(network, inputShape, task);
        List<String> notices = new ArrayList<>(imported.notices());
        @Nullable Double flops = flopsPerExample(network, inputShape, compilation, notices);
        ModelFacts facts = new ModelFacts(
                fingerprint(imported.source()),
                imported.description(),
                network.parameters().length(),
                product(shape),
                outputs,
                task,
                network.layers().stream().anyMatch(Dl4jReplica::dependsOnSpread),
                network.layers().stream().anyMatch(Dl4jReplica::normalizes),
                Losses.smoothable(network, task),
                flops,
                notices);
        return new Model(
                imported.source(),
                facts,
                new Dl4jReplicaFactory(imported.source(), task, inputShape, outputs),
                compilation,
                new DataSets(inputShape, task, outputs));
    }

    private static int product(List<Integer> shape) {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    /** Null, with a notice, where they are not known. */
    private static @Nullable Double flopsPerExample(
            Network network, List<Integer> inputShape, Compilation compilation, List<String> notices) {
        if (compilation instanceof Compilation.Compiled compiled) {
            return TrainingArithmetic.perExample(compiled.program());
        }
        try {
            return LayerArithmetic.perExample(network, twoExamples(inputShape));
        } catch (NotCompilableException e) {
            notices.add("floating-point operations are not counted: " + e.getMessage());
            return null;
        }
    }

    private static INDArray twoExamples(List<Integer> inputShape) {
        long[] batchShape = new long[inputShape.size() + 1];
        batchShape[0] = 2;
        for (int i = 0; i < inputShape.size(); i++) {
            batchShape[i + 1] = inputShape.get(i);
        }
        return Nd4j.zeros(DataType.FLOAT, batchShape);
    }

    private static long tryOut(Network network, List<Integer> inputShape, String place) {
        INDArray output;
        try {
            output = network.output(twoExamples(inputShape));
        } catch (RuntimeException e) {
            throw new ModelException(
                    "model " + place + ": does not take examples of shape " + inputShape + ": " + firstLine(e)
                            + "; change its first layer or the data",
                    e);
        }
        if (output.rank() != 2 || output.size(0) != 2) {
            throw new ModelException(
                    "model " + place + ": must put out one row of numbers an example, but 2 examples give "
                            + java.util.Arrays.toString(output.shape()) + "; end it in a feed-forward output layer");
        }
        return output.size(1);
    }

    static String firstLine(Throwable e) {
        String message = String.valueOf(e.getMessage());
        return message.lines().findFirst().orElse(e.getClass().getSimpleName());
    }

    private static String fingerprint(ModelSource source) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(source.json().getBytes(StandardCharsets.UTF_8));
            @Nullable Parameters start = source.start();
            if (start != null) {
                ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES);
                for (float value : start.values()) {
                    digest.update(bytes.clear().putFloat(value).flip());
                }
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
