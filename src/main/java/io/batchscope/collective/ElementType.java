package io.batchscope.collective;

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

    /** Of one element. */
    int bytes() {
        return bytes;
    }
}
