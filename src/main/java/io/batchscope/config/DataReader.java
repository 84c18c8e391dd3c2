package io.batchscope.config;

import io.batchscope.plan.StudyConfig.DataConfig;
import io.batchscope.plan.StudyConfig.SourceConfig;
import io.batchscope.plan.StudyConfig.SyntheticConfig;
import io.batchscope.plan.Task;
import java.util.List;
import java.util.Optional;

/** Reads the {@code study.data} block. */
final class DataReader {
    private static final List<String> FORMATS = List.of("idx", "csv", "parquet", "synthetic");

    private DataReader() {}

    static DataConfig read(Section data) {
        String path = data.text("path");
        double trainFraction = data.number("train-fraction", new Interval(0, false, 1, true));
        double labelNoise = data.number("label-noise", new Interval(0, true, 1, false));
        boolean prepared = !data.has("format");
        String format = prepared ? "" : data.choice("format", FORMATS, List.of("libsvm", "images"));
        SourceConfig source = source(data, format);
        if (prepared) {
            for (String key : List.of(
                    "input", "test", "label", "task", "validation-fraction", "test-fraction", "shards", "seed")) {
                data.refuseUnless(false, key, "format", "says how to prepare data, which needs a format");
            }
        } else {
            check(data, source);
        }
        data.refuseUnless(format.equals("synthetic"), "synthetic", "format", "belongs to format = synthetic");
        data.refuseUnknown();
        return new DataConfig(path, trainFraction, labelNoise, prepared ? Optional.empty() : Optional.of(source));
    }

    private static SourceConfig source(Section data, String format) {
        Interval share = new Interval(0, true, 1, false);
        SyntheticConfig synthetic = synthetic(data.section("synthetic"));
        return new SourceConfig(
                format,
                data.texts("input"),
                data.texts("test"),
                data.optionalText("label"),
                data.choice("task", Task.class),
                data.number("validation-fraction", share),
                data.number("test-fraction", share),
                data.whole("shards", 1),
                data.whole("seed", 0),
                format.equals("synthetic") ? Optional.of(synthetic) : Optional.empty());
    }

    private static void check(Section data, SourceConfig source) {
        boolean synthetic = source.format().equals("synthetic");
        boolean table = source.format().equals("csv") || source.format().equals("parquet");
        if (!synthetic && source.input().isEmpty()) {
            data.refuse("input", "at least one file or directory for format = " + source.format());
        }
        for (String key : List.of("input", "test")) {
            data.refuseUnless(!synthetic, key, "format", "made-up data reads no files");
        }
        data.refuseUnless(table, "label", "format", "belongs to format = csv and parquet");
        if (source.format().equals("idx") && source.task() == Task.REGRESSION) {
            data.refuse("task", "classification for format = idx, whose labels are classes");
        }
    }

    private static SyntheticConfig synthetic(Section synthetic) {
        SyntheticConfig config = new SyntheticConfig(
                synthetic.whole("examples", 1),
                synthetic.whole("features", 1),
                synthetic.whole("classes", 2),
                synthetic.number("noise", Interval.atLeast(0)));
        if (config.classes() > config.examples()) {
            synthetic.refuse("classes", "at most the number of examples, " + config.examples());
        }
        synthetic.refuseUnknown();
        return config;
    }
}
