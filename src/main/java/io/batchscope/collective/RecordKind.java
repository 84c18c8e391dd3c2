package io.batchscope.collective;

import org.jspecify.annotations.Nullable;

/** What a record of a ring connection says. Codes are odd enough that bytes of another origin are not taken for one. */
enum RecordKind {
    /** The sender calls an operation: type of the elements, how they are cut into messages, number, length. */
    OPERATION(0x4253_4f01),
    /** The next elements of the operation in progress. */
    DATA(0x4253_4402),
    /** The sender is there but waits for another: see {@link WaitingNotice}. With its own rank: it waits no more. */
    WAITING(0x4253_5703),
    /** The ring is broken: see {@link FaultNotice}. */
    FAULT(0x4253_4604);

    private static final RecordKind[] ALL = values();

    private final int code;

    RecordKind(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    /** Null if there is none. */
    static @Nullable RecordKind of(int code) {
        for (RecordKind kind : ALL) {
            if (kind.code == code) {
                return kind;
            }
        }
        return null;
    }
}
