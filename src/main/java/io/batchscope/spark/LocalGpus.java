package io.batchscope.spark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who computes on which GPU of a local master's machine, where runs go side by side and Spark does not tell. */
final class LocalGpus {
    private static final Map<String, Integer> HOLDERS = new HashMap<>();

    private LocalGpus() {}

    /**
     * GPU number {@code rank}, counted round, or the first other one if that is taken.
     *
     * @param addresses of the machine's GPUs
     * @throws IllegalStateException if all are taken
     */
    static synchronized String take(int rank, List<String> addresses, int ranksPerDevice) {
        for (int i = 0; i < addresses.size(); i++) {
            String address = addresses.get((rank + i) % addresses.size());
            if (HOLDERS.getOrDefault(address, 0) < ranksPerDevice) {
                HOLDERS.merge(address, 1, Integer::sum);
                return address;
            }
        }
        throw new IllegalStateException("GPUs (this machine): each worker needs one, but " + addresses.size()
                + (addresses.size() == 1 ? " is" : " are") + " taken by " + ranksPerDevice
                + " each (study.gpu.ranks-per-device); ask for fewer workers");
    }

    static synchronized void release(String address) {
        HOLDERS.computeIfPresent(address, (key, holders) -> holders == 1 ? null : holders - 1);
    }
}
