package io.batchscope.config;

import io.batchscope.config.SharingReader.Sharing;
import io.batchscope.plan.SyncMode;
import io.batchscope.plan.SyncModeConfig;
import io.batchscope.plan.Synchronization;
import io.batchscope.units.Span;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads which ways to synchronise a study has: {@code mode} or {@code compare}, and a block of settings for each mode
 * that has any.
 */
final class SyncModesReader {
    private SyncModesReader() {}

    /**
     * One way.
     *
     * @param settings of the mode; the exact one has none
     */
    private record Way(SyncMode mode, Section settings) {
        SyncModeConfig read() {
            return switch (mode) {
                case SYNCHRONOUS -> new SyncModeConfig.Resolved(new Synchronization.Synchronous());
                case PARAMETER_AVERAGING ->
                    new SyncModeConfig.ParameterAveraging(every(), settings.spanOrSteps("after", Interval.atLeast(0)));
                case DL4J_PARAMETER_AVERAGING -> new SyncModeConfig.Dl4jParameterAveraging(every());
                case GRADIENT_SHARING -> {
                    Sharing sharing = sharing();
                    yield new SyncModeConfig.Resolved(new Synchronization.GradientSharing(
                            sharing.threshold(), sharing.residualClip(), sharing.clipEverySteps()));
                }
                case DL4J_GRADIENT_SHARING -> {
                    Sharing sharing = sharing();
                    yield new SyncModeConfig.Resolved(new Synchronization.Dl4jGradientSharing(
                            sharing.threshold(), sharing.residualClip(), sharing.clipEverySteps()));
                }
            };
        }

        /** Deeplearning4j cannot send everything. */
        Sharing sharing() {
            return SharingReader.read(settings, mode == SyncMode.GRADIENT_SHARING);
        }

        private Span every() {
            return settings.spanOrSteps("every", Interval.above(0));
        }
    }

    /** At least one, in the order in which they are asked for. */
    static List<SyncModeConfig> read(Section sync) {
        SyncMode single = sync.choice("mode", SyncMode.class);
        Map<SyncMode, Section> blocks = blocks(sync);
        List<Setting> elements = sync.elements("compare");
        boolean several = !elements.isEmpty();
        List<Way> ways = several
                ? distinct(elements, sync, blocks)
                : List.of(new Way(single, blocks.getOrDefault(single, sync)));
        sync.refuseUnless(!several, "mode", "compare", "compare says which modes the study has");
        // What an element that cannot be read would have used is not known.
        if (ways.size() >= elements.size()) {
            blocks.forEach((mode, block) -> refuseIdle(sync, several ? "compare" : "mode", mode, block, ways));
        }
        return ways.stream().map(Way::read).toList();
    }

    /** The blocks of all modes that have settings, checked. */
    private static Map<SyncMode, Section> blocks(Section sync) {
        Map<SyncMode, Section> blocks = new EnumMap<>(SyncMode.class);
        for (SyncMode mode : SyncMode.values()) {
            if (mode != SyncMode.SYNCHRONOUS) {
                Section block = sync.section(mode.label());
                new Way(mode, block).read();
                block.refuseUnknown();
                blocks.put(mode, block);
            }
        }
        return blocks;
    }

    /** The elements of {@code compare} that can be read; one that says the same as an earlier one is refused. */
    private static List<Way> distinct(List<Setting> elements, Section sync, Map<SyncMode, Section> blocks) {
        List<Way> ways = new ArrayList<>();
        Set<SyncModeConfig> distinct = new HashSet<>();
        for (Setting element : elements) {
            int problems = element.reading().problemCount();
            Way way = way(element, sync, blocks);
            // Placeholders of bad values may be equal; one report is enough.
            if (way != null && element.reading().problemCount() == problems && !distinct.add(way.read())) {
                element.wrong("another mode than the elements before it, or the same with other settings");
            }
            if (way != null) {
                ways.add(way);
            }
        }
        return ways;
    }

    /** An element of {@code compare}: a word, or a block that goes over the mode's; null if it names no mode. */
    private static @Nullable Way way(Setting element, Section sync, Map<SyncMode, Section> blocks) {
        int problems = element.reading().problemCount();
        Section own = element.section();
        SyncMode mode = own == null ? element.choice(SyncMode.class) : own.choice("mode", SyncMode.class);
        if (element.reading().problemCount() > problems) {
            return null;
        }
        Section block = blocks.getOrDefault(mode, sync);
        if (own == null) {
            return new Way(mode, block);
        }
        Way way = new Way(mode, own.over(block));
        way.read();
        way.settings().refuseUnknown();
        refuseIdle(mode, way.settings(), List.of(way));
        return way;
    }

    /** Refuses the block of a mode that the study does not have, or what it sets although none of its uses needs it. */
    private static void refuseIdle(Section sync, String selector, SyncMode mode, Section block, List<Way> ways) {
        List<Way> uses = ways.stream().filter(way -> way.mode() == mode).toList();
        String rule = "belongs to mode = " + mode.label() + ", which the study does not have";
        sync.refuseUnless(!uses.isEmpty(), mode.label(), selector, rule);
        if (!uses.isEmpty()) {
            refuseIdle(mode, block, uses);
        }
    }

    /** Refuses what a block or an element of {@code compare} sets although none of its uses needs it. */
    private static void refuseIdle(SyncMode mode, Section own, List<Way> uses) {
        if (mode == SyncMode.GRADIENT_SHARING || mode == SyncMode.DL4J_GRADIENT_SHARING) {
            SharingReader.refuseIdle(own, uses.stream().map(Way::sharing).toList());
        }
    }
}
