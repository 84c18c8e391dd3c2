package io.batchscope.benchmark;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What workers do with a vector. */
enum CollectiveWay {
    RING("ring"),
    ENCRYPTED("ring, encrypted"),
    EXCHANGE("exchange"),
    /** Of twice as many integers, so that a rank sends as many bytes as for a sum. */
    GATHER("gather");

    private final String title;

    CollectiveWay(String title) {
        this.title = title;
    }

    /** For the table. */
    String title() {
        return title;
    }

    /** For options and requests. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static CollectiveWay of(String label) {
        return Arrays.stream(values())
                .filter(way -> way.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--ways " + label + ": must be one of "
                        + Arrays.stream(values()).map(CollectiveWay::label).collect(Collectors.joining(", "))
                        + "; give one of them"));
    }
}
