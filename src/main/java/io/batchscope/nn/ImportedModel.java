package io.batchscope.nn;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
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

    /** A model of the catalogue. */
    static ImportedModel plain(MultiLayerConfiguration configuration, String description) {
        return plain(new ModelSource(false, configuration.toJson(), null), description);
    }

    /** Likewise. */
    static ImportedModel plain(ComputationGraphConfiguration configuration, String description) {
        return plain(new ModelSource(true, configuration.toJson(), null), description);
    }

    private static ImportedModel plain(ModelSource source, String description) {
        return new ImportedModel(source, description, description + " (study.model.catalog)", false, List.of());
    }
}
