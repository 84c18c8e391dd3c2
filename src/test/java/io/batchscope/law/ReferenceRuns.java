package io.batchscope.law;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Public runs to a goal, from {@code src/test/resources}. */
public final class ReferenceRuns {
    /** Examples that MLPerf Training 4.0's reference runs of ResNet-50 took to its goal, by batch size. */
    public static final Path RES_NET_50 = Path.of("src", "test", "resources", "mlperf-resnet50.csv");

    private ReferenceRuns() {}

    static List<Arrival> resNet50() {
        try {
            List<Arrival> runs = new ArrayList<>();
            for (String line : Files.readAllLines(RES_NET_50)) {
                String[] cells = line.split(",");
                if (!cells[0].equals("batch_size")) {
                    runs.add(Arrival.ofExamples(Long.parseLong(cells[0]), Double.parseDouble(cells[1]), true));
                }
            }
            return runs;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
