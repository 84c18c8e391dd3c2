package io.batchscope.nn;

import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/**
 * A model before it has met the data.
 *
 * @param place how messages name it
 * @param takesImages whether the first layer takes [channels, height, width] and not a flat row
 * @param notices settings of the model that the study replaces
 */
record ImportedModel(ModelSource source, String description, String place, boolean takesImages, List<String> notices) {
    ImportedModel {
        notices = List.copyOf(notices);
    }

    static ImportedModel plain(MultiLayerConfiguration configuration, String description) {
        return new ImportedModel(
                new ModelSource(false, configuration.toJson(), null),
                description,
                description + " (study.model.catalog)",
                false,
                List.of());
    }
}
