package io.batchscope.config;

import io.batchscope.plan.StudyConfig.SyncConfig;
import io.batchscope.plan.Transport;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Reads the {@code study.sync} block. */
final class SyncReader {
    private static final String AUTO = "auto";

    private SyncReader() {}

    static SyncConfig read(Section sync) {
        SyncConfig config = new SyncConfig(
                SyncModesReader.read(sync),
                workers(sync),
                whole(sync.wholeOr("micro-batch", AUTO, 1)),
                sync.bytesOr("memory-per-worker", AUTO),
                sync.choice("transport", Transport.class),
                sync.number("timeout-seconds", Interval.above(0)),
                sync.whole("retries", 0));
        sync.refuseUnknown();
        return config;
    }

    private static List<Integer> workers(Section sync) {
        return sync.isList("workers")
                ? sync.distinct("workers", number -> (int) number.whole(1, Integer.MAX_VALUE))
                : whole(sync.wholeOr("workers", AUTO, 1)).stream().boxed().toList();
    }

    private static OptionalInt whole(OptionalLong number) {
        return number.isEmpty() ? OptionalInt.empty() : OptionalInt.of((int) number.getAsLong());
    }
}
