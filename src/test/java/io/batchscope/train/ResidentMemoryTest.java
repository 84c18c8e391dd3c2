package io.batchscope.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentMemoryTest {
    @TempDir
    Path directory;

    @Test
    void readsTheResidentSet() throws IOException {
        Path status = directory.resolve("status");
        Files.writeString(status, "Name:\tjava\nVmHWM:\t  999 kB\nVmRSS:\t  1234 kB\nThreads:\t7\n");

        assertThat(ResidentMemory.bytes(status)).hasValue(1234 * 1024);
    }

    @Test
    void isEmptyWithoutTheFileOrTheField() throws IOException {
        Path status = directory.resolve("status");
        Files.writeString(status, "Name:\tjava\n");

        assertThat(ResidentMemory.bytes(status)).isEmpty();
        assertThat(ResidentMemory.bytes(directory.resolve("nothing"))).isEmpty();
    }

    @Test
    void countsMemoryOutsideTheHeap() {
        int size = 64 << 20;
        long before = ResidentMemory.bytes();
        ByteBuffer direct = ByteBuffer.allocateDirect(size);
        for (int i = 0; i < size; i += 1024) {
            direct.put(i, (byte) 1);
        }
        long after = ResidentMemory.bytes();

        assertThat(before).isPositive();
        if (Files.exists(Path.of("/proc/self/status"))) {
            // Half of it, as the heap may shrink meanwhile.
            assertThat(after - before).isGreaterThan(size / 2);
        }
        assertThat(direct.get(0)).isEqualTo((byte) 1);
    }
}
