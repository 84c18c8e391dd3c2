package io.batchscope.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.batchscope.train.Device;
import java.util.List;
import org.junit.jupiter.api.Test;

class GpusTest {
    private static final List<Device> TWO =
            List.of(new Device("0", "GPU-a", "Sample GPU"), new Device("1", "GPU-b", "Sample GPU"));

    /** Numbers are the machine's, so they mean nothing where CUDA is shown a part of it. */
    @Test
    void localGpusAreNumberedUnlessSomeAreHidden() {
        assertThat(Gpus.localAddresses(TWO, null)).containsExactly("0", "1");
        assertThat(Gpus.localAddresses(TWO, " ")).containsExactly("0", "1");
        assertThat(Gpus.localAddresses(TWO, "3,5")).containsExactly("GPU-a", "GPU-b");
    }
}
