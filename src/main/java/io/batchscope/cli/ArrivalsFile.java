package io.batchscope.cli;

import io.batchscope.data.DataException;
import io.batchscope.law.Arrival;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Runs to a goal from a file of comma-separated values with a heading: {@code batch_size}, and {@code steps} or {@code
 * examples} to the goal; one line a run. An optional column {@code reached} says {@code false} of a run that ended without
 * reaching the goal, after so many steps or examples. Other columns are left alone.
 */
final class ArrivalsFile {
    private static final String COLUMNS = "a line of column names with batch_size and either steps or examples";

    private final Path file;
    private final int batchSize;
    private final int amount;
    private final int reached;
    private final boolean examples;

    private ArrivalsFile(Path file, List<String> columns) {
        this.file = file;
        this.batchSize = columns.indexOf("batch_size");
        this.examples = columns.contains("examples");
        this.amount = columns.indexOf(examples ? "examples" : "steps");
        this.reached = columns.indexOf("reached");
        if (batchSize < 0 || amount < 0 || (examples && columns.contains("steps"))) {
            throw new DataException("file '" + file + "' (line 1): must be " + COLUMNS + ", but is '"
                    + String.join(",", columns) + "'; name the columns so");
        }
    }

    /** @throws DataException naming file, line and rule */
    static List<Arrival> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new DataException(
                    "file '" + file + "' (CSV): must be a readable file of text, but: " + e + "; give another path", e);
        }
        if (lines.isEmpty()) {
            throw new DataException("file '" + file + "' (CSV): must begin with " + COLUMNS + ", but is empty");
        }
        ArrivalsFile columns = new ArrivalsFile(
                file,
                cells(lines.get(0).replace("\uFEFF", "")).stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .toList());
        List<Arrival> arrivals = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            if (!lines.get(i).isBlank()) {
                arrivals.add(columns.arrival(i + 1, cells(lines.get(i))));
            }
        }
        return arrivals;
    }

    private static List<String> cells(String line) {
        return Arrays.stream(line.split(",", -1))
                .map(cell -> cell.strip().replaceAll("^\"(.*)\"$", "$1").strip())
                .toList();
    }

    private Arrival arrival(int line, List<String> cells) {
        double size = number(line, cells, batchSize, "batch_size");
        if (size != Math.rint(size) || size > Long.MAX_VALUE / 2.) {
            throw nonsense(line, "batch_size must be a whole number", cells.get(batchSize));
        }
        double taken = number(line, cells, amount, examples ? "examples" : "steps");
        boolean arrived = reached < 0 || reached(line, cells);
        return examples ? Arrival.ofExamples((long) size, taken, arrived) : new Arrival((long) size, taken, arrived);
    }

    private double number(int line, List<String> cells, int column, String name) {
        if (column >= cells.size()) {
            throw nonsense(line, name + " must be there", String.join(",", cells));
        }
        double value;
        try {
            value = Double.parseDouble(cells.get(column));
        } catch (NumberFormatException e) {
            throw nonsense(line, name + " must be a number", cells.get(column));
        }
        if (!(value > 0) || Double.isInfinite(value)) {
            throw nonsense(line, name + " must be above 0 and finite", cells.get(column));
        }
        return value;
    }

    private boolean reached(int line, List<String> cells) {
        String cell = reached < cells.size() ? cells.get(reached).toLowerCase(Locale.ROOT) : "";
        if (!cell.equals("true") && !cell.equals("false")) {
            throw nonsense(line, "reached must be true or false", cell);
        }
        return cell.equals("true");
    }

    private DataException nonsense(int line, String rule, String value) {
        return new DataException(
                "file '" + file + "' (line " + line + "): " + rule + ", but is '" + value + "'; correct the line");
    }
}
