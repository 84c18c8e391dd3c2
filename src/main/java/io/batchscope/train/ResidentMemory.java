package io.batchscope.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** Memory of this process: heap and everything native, as the operating system counts it. */
public final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String FIELD = "VmRSS:";

    private ResidentMemory() {}

    /** The resident set's size; where there is no {@code /proc}, the used heap, which is less. */
    public static long bytes() {
        return bytes(STATUS).orElseGet(ResidentMemory::usedHeapBytes);
    }

    /** {@code VmRSS} of a file like {@code /proc/self/status}; empty if it cannot be read or lacks it. */
    static OptionalLong bytes(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith(FIELD))
                    .mapToLong(ResidentMemory::kibibytes)
                    .map(kibibytes -> kibibytes * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.substring(FIELD.length()).replace("kB", "").strip());
    }

    private static long usedHeapBytes() {
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
