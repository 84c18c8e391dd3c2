package io.batchscope.collective;

import org.jspecify.annotations.Nullable;

/** What a vector consists of. */
enum ElementType {
    FLOATS("floats", Float.BYTES),
    DOUBLES("doubles", Double.BYTES);

    private final String plural;
    private final int bytes;

    ElementType(String plural, int bytes) {
        this.plural = plural;
        this.bytes = bytes;
    }

    /** For messages. */
    String plural() {
        return plural;
    }

    /** The one with so many bytes an element, or null. */
    static @Nullable ElementType of(int bytes) {
        return bytes == FLOATS.bytes ? FLOATS : bytes == DOUBLES.bytes ? DOUBLES : null;
    }

    /** Of one element. */
    int bytes() {
        return bytes;
    }
}
