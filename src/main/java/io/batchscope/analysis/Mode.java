package io.batchscope.analysis;

import io.batchscope.plan.SyncMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A way of a study to synchronise workers.
 *
 * @param syncMode as in the column {@code sync_mode}
 * @param settings as in the column {@code sync_settings}; empty where it has none, or where they differ from batch size to
 *     batch size (a length given in examples or epochs) and so don't tell modes apart
 * @param workers as in the column {@code workers} where the study compares numbers of them, at least 1; otherwise 0
 */
public record Mode(String syncMode, String settings, int workers) implements Comparable<Mode> {
    private static final List<String> KNOWN =
            Arrays.stream(SyncMode.values()).map(SyncMode::label).toList();
    private static final Pattern NUMBER = Pattern.compile("\\d+(\\.\\d+)?(e-?\\d+)?");
    private static final Comparator<Mode> ORDER = Comparator.comparingInt(Mode::place)
            .thenComparing(Mode::syncMode)
            .thenComparing(mode -> numbers(mode.settings()), Mode::compareNumbers)
            .thenComparing(Mode::settings)
            .thenComparingInt(Mode::workers);

    /** Of a study that does not compare numbers of workers. */
    public Mode(String syncMode, String settings) {
        this(syncMode, settings, 0);
    }

    /** The same on any number of workers. */
    Mode onAnyWorkers() {
        return new Mode(syncMode, settings);
    }

    /** {@code synchronous}, {@code parameter-averaging, every 8 steps}, or {@code synchronous, 4 workers}. */
    public String name() {
        return name(settings);
    }

    /** The same with the settings that its runs have at some batch size. */
    String name(String settingsThere) {
        return syncMode
                + (settingsThere.isEmpty() ? "" : ", " + settingsThere)
                + (workers == 0 ? "" : ", " + NumberText.counted(workers, "worker"));
    }

    /** In the order of {@link SyncMode}, so {@code synchronous} first, then by the numbers in the settings, then fewest workers first. */
    @Override
    public int compareTo(Mode other) {
        return ORDER.compare(this, other);
    }

    private int place() {
        int place = KNOWN.indexOf(syncMode);
        return place < 0 ? KNOWN.size() : place;
    }

    private static List<Double> numbers(String text) {
        List<Double> numbers = new ArrayList<>();
        Matcher matcher = NUMBER.matcher(text);
        while (matcher.find()) {
            numbers.add(Double.valueOf(matcher.group()));
        }
        return numbers;
    }

    private static int compareNumbers(List<Double> left, List<Double> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = left.get(i).compareTo(right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }
}
