package io.batchscope.config;

import io.batchscope.plan.StudyConfig.ModelConfig;
import java.util.List;
import java.util.Optional;

/** Reads the {@code study.model} block. */
final class ModelReader {
    private ModelReader() {}

    static ModelConfig read(Section model) {
        Optional<String> file = model.optionalText("dl4j");
        boolean catalog = model.has("catalog");
        if (catalog && file.isPresent()) {
            model.refuse("dl4j", "given without catalog: a model is either from the catalogue or a file");
        }
        boolean ofCatalog = file.isEmpty();
        String name = ofCatalog
                ? model.choice("catalog", List.of("softmax", "linear", "mlp", "cnn", "resnet8"), List.of())
                : "";
        String selector = ofCatalog ? "catalog" : "dl4j";
        model.refuseUnless(name.equals("mlp"), "hidden", selector, "belongs to catalog = mlp");
        boolean hasHidden = name.equals("mlp") || name.equals("cnn");
        model.refuseUnless(hasHidden, "activation", selector, "belongs to catalog = mlp and cnn");
        model.refuseUnless(hasHidden, "batch-normalization", selector, "belongs to catalog = mlp and cnn");
        boolean residual = name.equals("resnet8") || !ofCatalog;
        model.refuseUnless(residual, "zero-init-residual", selector, "belongs to catalog = resnet8 and to dl4j");
        boolean zeroInit = model.flag("zero-init-residual") && residual;
        ModelConfig result = file.<ModelConfig>map(path -> new ModelConfig.Dl4jFile(path, zeroInit))
                .orElseGet(() -> catalogModel(model, name, zeroInit));
        if (file.isPresent() && !file.get().endsWith(".json") && !file.get().endsWith(".zip")) {
            model.refuse("dl4j", "a Deeplearning4j configuration (.json) or saved model (.zip)");
        }
        model.refuseUnknown();
        return result;
    }

    private static ModelConfig catalogModel(Section model, String name, boolean zeroInit) {
        List<Integer> hidden = model.list("hidden", width -> (int) width.whole(1, Integer.MAX_VALUE));
        if (name.equals("mlp") && hidden.isEmpty() && model.has("hidden")) {
            model.refuse(
                    "hidden", "a list of at least one width; a network without hidden layers is softmax or linear");
        }
        return new ModelConfig.Catalog(
                name,
                hidden,
                model.choice("activation", List.of("relu", "tanh", "sigmoid"), List.of()),
                model.flag("batch-normalization") && (name.equals("mlp") || name.equals("cnn")),
                zeroInit);
    }
}
