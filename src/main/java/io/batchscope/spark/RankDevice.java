package io.batchscope.spark;

import io.batchscope.train.Device;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a rank computes.
 *
 * @param host by which Spark reaches it
 */
public record RankDevice(int rank, String host, Device device) implements Serializable {
    private static final String BETWEEN = "; ";

    /** Such as {@code rank 0: host-a GPU 0 (NVIDIA H200, GPU-6f3a…)}. */
    public String describe() {
        return "rank " + rank + ": " + where();
    }

    /** The same without the rank. */
    public String where() {
        return host + " " + device.describe();
    }

    /** All of them, as the column {@code gpu_devices} has them. */
    public static String describe(List<RankDevice> ranks) {
        return ranks.stream().map(RankDevice::describe).collect(Collectors.joining(BETWEEN));
    }

    /** The column {@code gpu_devices} as lines, one for each rank. */
    public static List<String> lines(String column) {
        return List.of(column.split(BETWEEN + "(?=rank \\d+: )"));
    }

    /**
     * Why these ranks must not train at the same time: more of them compute on one GPU than may; null if they may.
     *
     * @param most ranks that may share a GPU
     */
    static @Nullable String refusal(List<RankDevice> ranks, int most) {
        Map<List<String>, List<RankDevice>> byDevice = new LinkedHashMap<>();
        for (RankDevice rank : ranks) {
            byDevice.computeIfAbsent(List.of(rank.host(), rank.device().uuid()), key -> new ArrayList<>())
                    .add(rank);
        }
        return byDevice.values().stream()
                .filter(same -> same.size() > most)
                .findFirst()
                .map(same -> refusalOf(same, most))
                .orElse(null);
    }

    private static String refusalOf(List<RankDevice> same, int most) {
        String numbers =
                same.stream().map(rank -> Integer.toString(rank.rank())).collect(Collectors.joining(", "));
        return "ranks " + numbers + " on " + same.get(0).where() + ": "
                + (most == 1 ? "each must have a GPU of its own" : "at most " + most + " may share a GPU")
                + " (study.gpu.ranks-per-device is " + most + "), but Spark gave this one to " + same.size()
                + "; have each of Spark's workers offer other GPUs (the discovery script says which), ask for fewer"
                + " workers (--set sync.workers=N), or let them share it (--set gpu.ranks-per-device=" + same.size()
                + ")";
    }
}
