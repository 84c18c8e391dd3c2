package io.batchscope.collective;

import org.jspecify.annotations.Nullable;

/** What a vector consists of, which also says what is done with it. */
enum ElementType {
    FLOATS(1, "all-reduce", "floats", Float.BYTES),
    DOUBLES(2, "all-reduce", "doubles", Double.BYTES),
    INTEGERS(3, "all-gather", "integers", Integer.BYTES);

    private static final ElementType[] ALL = values();

    private final int code;
    private final String operation;
    private final String plural;
    private final int bytes;

    ElementType(int code, String operation, String plural, int bytes) {
        this.code = code;
        this.operation = operation;
        this.plural = plural;
        this.bytes = bytes;
    }

    /** Of what, for messages. */
    String operation() {
        return operation;
    }

    /** For messages. */
    String plural() {
        return plural;
    }

    /** In a record. */
    int code() {
        return code;
    }

    /** Null if there is none. */
    static @Nullable ElementType of(int code) {
        for (ElementType type : ALL) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }

    /** Of one element. */
    int bytes() {
        return bytes;
    }
}
