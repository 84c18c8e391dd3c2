package io.batchscope.nn;

import static io.batchscope.nn.OracleNetworks.CLASSES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.plan.StudyConfig.ModelConfig.Catalog;
import io.batchscope.plan.Task;
import io.batchscope.train.TrainingArithmetic;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** Two counts of the same networks that have nothing in common but the rule, and figures by hand. */
class LayerArithmeticTest {
    private static double byLayers(ModelSource source, long... shape) {
        long[] two = new long[shape.length + 1];
        two[0] = 2;
        System.arraycopy(shape, 0, two, 1, shape.length);
        return LayerArithmetic.perExample(source.build(0), Nd4j.zeros(DataType.FLOAT, two));
    }

    private static void assertCounted(Catalog catalog, List<Integer> shape, double byHand) {
        ImportedModel model = ModelCatalog.model(catalog, shape, Task.CLASSIFICATION, 10);
        long[] sizes = model.takesImages()
                ? shape.stream().mapToLong(Integer::longValue).toArray()
                : new long[] {shape.stream().reduce(1, Math::multiplyExact)};
        assertThat(byLayers(model.source(), sizes)).isEqualTo(byHand);
        assertThat(Models.load(catalog, shape, Task.CLASSIFICATION, 10).facts().flopsPerExample())
                .isEqualTo(byHand);
    }

    @Test
    void countsTheDenseNetwork() {
        assertCounted(new Catalog("mlp", List.of(256, 128), "relu"), List.of(1, 28, 28), 1_007_104);
    }

    /** 5×5×32 on 28×28, pooled to 12×12, 5×5×64, pooled to 4×4, 512, 10; multiply-adds by layer. */
    @Test
    void countsTheConvolutionalNetwork() {
        double first = 24 * 24 * 32 * 25;
        double rest = 8 * 8 * 64 * 32 * 25 + 4 * 4 * 64 * 512 + 512 * 10;
        assertCounted(new Catalog("cnn", List.of(), "relu"), List.of(1, 28, 28), 4 * first + 6 * rest);
    }

    /** n = 1 of He et al. 2016, section 4.2, with 1×1 shortcuts where the shape changes. */
    @Test
    void countsTheResidualNetwork() {
        double first = 32 * 32 * 16 * 3 * 9;
        double sixteen = 2 * 32 * 32 * 16 * 16 * 9;
        double thirtyTwo = 16 * 16 * 32 * (16 * 9 + 32 * 9 + 16);
        double sixtyFour = 8 * 8 * 64 * (32 * 9 + 64 * 9 + 32);
        assertCounted(
                new Catalog("resnet8", List.of(), "relu"),
                List.of(3, 32, 32),
                4 * first + 6 * (sixteen + thirtyTwo + sixtyFour + 64 * 10));
    }

    /** Small weights of a layer like DenseLayer, which the fused replica cannot run for its activation alone. */
    @Test
    void countsWhatDoesNotCompileToAProgram() {
        Layer layer = new org.deeplearning4j.nn.conf.layers.DenseLayer.Builder()
                .nOut(5)
                .activation(Activation.RELU6)
                .build();
        Oracle oracle = OracleNetworks.rows("relu6", 4, 2, layer);
        assertThat(oracle.compilation()).isInstanceOf(Compilation.NotCompiled.class);
        assertThat(byLayers(oracle.source(), 4)).isEqualTo(4.0 * 4 * 5 + 6.0 * 5 * CLASSES);
    }

    @Test
    void saysOfWhichLayerItDoesNotKnow() {
        Oracle oracle =
                OracleNetworks.images("depthwise", 2, 6, 6, 2, new DepthwiseConvolution2D.Builder(3, 3).build());
        assertThatThrownBy(() -> byLayers(oracle.source(), 2, 6, 6))
                .isInstanceOf(NotCompilableException.class)
                .hasMessage("layer 'layer0' (DepthwiseConvolution2D): its operations are not known");
    }

    @Test
    void agreesWithTheProgramWhereAGraphBranches() {
        Catalog catalog = new Catalog("resnet8", List.of(), "relu");
        Model model = Models.load(catalog, List.of(1, 12, 10), Task.CLASSIFICATION, 10);
        ImportedModel imported = ModelCatalog.model(catalog, List.of(1, 12, 10), Task.CLASSIFICATION, 10);
        assertThat(byLayers(imported.source(), 1, 12, 10))
                .isEqualTo(Objects.requireNonNull(model.facts().flopsPerExample()))
                .isEqualTo(TrainingArithmetic.perExample(((Compilation.Compiled) model.compilation()).program()));
    }
}
