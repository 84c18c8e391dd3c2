package io.batchscope.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What was found of each mode, in words or as the largest number. A cell is written after its test has held. */
final class ContractTable {
    /** The columns, in this order. */
    enum Property {
        BITS("ranks agree to the bit"),
        REPEATS("same plan, same bits"),
        RESUMES("goes on to the bit from any agreement"),
        ALONE("one worker is the exact mode"),
        TOGETHER("k workers are the exact mode"),
        NORMS("with LARS, and LAMB and clipping, too"),
        DATA("same examples, same shares, each once an epoch"),
        RATES("every update has its rate"),
        LEARNS("loss falls to its known minimum"),
        ENDS("divergence, target, time end all ranks at once"),
        LOST("a lost rank is named by all"),
        BYTES("bytes of the first of 3 workers in 26 updates of 4 parameters"),
        COLUMNS("columns null where nothing is measured"),
        EFFECTIVE("update_batch, sync_examples at B = 4, k = 2");

        final String text;

        Property(String text) {
            this.text = text;
        }
    }

    private final Map<String, Map<Property, String>> rows = new LinkedHashMap<>();
    private final Map<String, Double> largest = new LinkedHashMap<>();

    /** The property holds. */
    synchronized void yes(ContractMode mode, Property property) {
        put(mode, property, "yes");
    }

    /** It holds so nearly; of several numbers the largest stays. */
    synchronized void yes(ContractMode mode, Property property, double measured) {
        double most = largest.merge(mode.name() + property, measured, Math::max);
        put(mode, property, "yes, " + number(most));
    }

    /** It does not hold, by so much: of several numbers the largest stays. */
    synchronized void not(ContractMode mode, Property property, String why, double measured) {
        double most = largest.merge(mode.name() + property, measured, Math::max);
        put(mode, property, "by definition not: " + why + "; " + number(most));
    }

    /** What was measured. */
    synchronized void put(ContractMode mode, Property property, String found) {
        rows.computeIfAbsent(mode.name(), name -> new EnumMap<>(Property.class)).put(property, found);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1e", value);
    }

    /** Modes in rows, properties in columns. */
    synchronized void write(Path to, String above) throws IOException {
        List<Property> properties = List.of(Property.values());
        List<String> lines = new ArrayList<>(List.of(above, ""));
        lines.add(line("mode", properties.stream().map(property -> property.text)));
        lines.add("|---".repeat(properties.size() + 1) + "|");
        rows.forEach((mode, cells) ->
                lines.add(line(mode, properties.stream().map(property -> cells.getOrDefault(property, "")))));
        Files.write(to, lines);
    }

    private static String line(String first, Stream<String> cells) {
        return Stream.concat(Stream.of(first), cells).collect(Collectors.joining(" | ", "| ", " |"));
    }
}
