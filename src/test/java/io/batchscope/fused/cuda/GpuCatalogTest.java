package io.batchscope.fused.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.fused.cuda.GpuCatalog.Gpu;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GpuCatalogTest {
    /** CUDA numbers the fastest first, which sits in the last slot. */
    private static final List<Gpu> MACHINE = List.of(
            new Gpu(0, "0000:B1:00.0", "GPU-cccc", "fast"),
            new Gpu(1, "0000:1A:00.0", "GPU-aaaa", "slow"),
            new Gpu(2, "0000:3B:00.0", "GPU-bbbb", "slow"));

    @ParameterizedTest
    @CsvSource({"0, GPU-aaaa", "1, GPU-bbbb", "2, GPU-cccc", "GPU-bbbb, GPU-bbbb"})
    void numbersFollowTheBusesWhereNothingIsHidden(String address, String uuid) {
        assertThat(GpuCatalog.find(address, MACHINE, null).uuid()).isEqualTo(uuid);
        assertThat(GpuCatalog.find(address, MACHINE, " ").uuid()).isEqualTo(uuid);
    }

    @Test
    void numbersAreThoseOfTheListWhereGpusAreHidden() {
        // With CUDA_VISIBLE_DEVICES=2,0 CUDA numbers these two 0 and 1 in this order.
        List<Gpu> shown =
                List.of(new Gpu(0, "0000:B1:00.0", "GPU-cccc", "fast"), new Gpu(1, "0000:1A:00.0", "GPU-aaaa", "slow"));
        assertThat(GpuCatalog.find("2", shown, "2,0").uuid()).isEqualTo("GPU-cccc");
        assertThat(GpuCatalog.find("0", shown, "2, 0").uuid()).isEqualTo("GPU-aaaa");
        assertThat(GpuCatalog.find("GPU-aaaa", shown, "GPU-cccc,GPU-aaaa").uuid())
                .isEqualTo("GPU-aaaa");
        assertThat(GpuCatalog.find("0", shown, "GPU-cccc,GPU-aaaa").uuid())
                .as("by the order of the buses among those shown")
                .isEqualTo("GPU-aaaa");
        assertThatThrownBy(() -> GpuCatalog.find("1", shown, "2,0"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("GPU 1")
                .hasMessageContaining("CUDA_VISIBLE_DEVICES=2,0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3", "-1", "", "GPU-", "GPU-dddd", "first", "99999999999"})
    void whatIsNotThereIsRefused(String address) {
        assertThatThrownBy(() -> GpuCatalog.find(address, MACHINE, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3 (numbers 0 to 2)");
    }

    @Test
    void aBeginningOfAUuidMustMeanOne() {
        List<Gpu> alike = List.of(new Gpu(0, "1", "GPU-ab1", "x"), new Gpu(1, "2", "GPU-ab2", "x"));
        assertThat(GpuCatalog.find("GPU-ab2", alike, null).ordinal()).isEqualTo(1);
        assertThatThrownBy(() -> GpuCatalog.find("GPU-ab", alike, null)).isInstanceOf(IllegalArgumentException.class);
    }
}
