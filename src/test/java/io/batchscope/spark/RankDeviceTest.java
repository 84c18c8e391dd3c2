package io.batchscope.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.batchscope.train.Device;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RankDeviceTest {
    private static RankDevice rank(int number, String host, String uuid) {
        return new RankDevice(number, host, new Device("0", uuid, "Sample GPU; 80 GB"));
    }

    @Test
    void ranksOnGpusOfTheirOwnMayTrain() {
        assertThat(RankDevice.refusal(List.of(rank(0, "a", "GPU-1"), rank(1, "a", "GPU-2"), rank(2, "b", "GPU-1")), 1))
                .isNull();
        assertThat(RankDevice.refusal(List.of(), 1)).isNull();
    }

    @Test
    void moreRanksThanMayShareAGpuAreNamed() {
        List<RankDevice> three = List.of(rank(0, "a", "GPU-1"), rank(2, "a", "GPU-1"), rank(3, "a", "GPU-1"));

        assertThat(RankDevice.refusal(three, 3)).isNull();
        assertThat(RankDevice.refusal(three, 2))
                .isEqualTo("ranks 0, 2, 3 on a GPU 0 (Sample GPU; 80 GB, GPU-1): at most 2 may share a GPU"
                        + " (study.gpu.ranks-per-device is 2), but Spark gave this one to 3; have each of Spark's workers"
                        + " offer other GPUs (the discovery script says which), ask for fewer workers (--set"
                        + " sync.workers=N), or let them share it (--set gpu.ranks-per-device=3)");
    }

    @Test
    void theColumnHasALineForEachRank() {
        List<RankDevice> ranks = List.of(rank(0, "a", "GPU-1"), rank(1, "b", "GPU-2"));

        assertThat(RankDevice.lines(RankDevice.describe(ranks)))
                .containsExactly(
                        "rank 0: a GPU 0 (Sample GPU; 80 GB, GPU-1)", "rank 1: b GPU 0 (Sample GPU; 80 GB, GPU-2)");
    }

    @Test
    void ranksTellEachOtherOfTheirGpus() {
        Device device = new Device("GPU-1", "GPU-1", "Sample GPU");
        for (Optional<Device> gpu : List.of(Optional.<Device>empty(), Optional.of(device))) {
            Rendezvous.Place place = new Rendezvous.Place("jvm", "host", "-", gpu);
            assertThat(Rendezvous.Place.read(place.text())).isEqualTo(place);
        }
    }

    @Test
    void aLocalGpuIsTakenOnceUnlessItMayBeShared() {
        List<String> addresses = List.of("local-0", "local-1");
        assertThat(LocalGpus.take(1, addresses, 1)).isEqualTo("local-1");
        assertThat(LocalGpus.take(1, addresses, 1)).isEqualTo("local-0");
        assertThatThrownBy(() -> LocalGpus.take(0, addresses, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("GPUs (this machine): each worker needs one, but 2 are taken by 1 each"
                        + " (study.gpu.ranks-per-device); ask for fewer workers");
        assertThat(LocalGpus.take(0, addresses, 2)).isEqualTo("local-0");
        LocalGpus.release("local-0");
        LocalGpus.release("local-0");
        LocalGpus.release("local-1");
        assertThat(LocalGpus.take(0, addresses, 1)).isEqualTo("local-0");
        LocalGpus.release("local-0");
    }
}
