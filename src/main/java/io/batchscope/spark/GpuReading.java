package io.batchscope.spark;

import java.util.List;

/**
 * What {@code nvidia-smi --query-gpu=utilization.gpu,memory.used --format=csv,noheader,nounits} says of one device.
 *
 * @param utilization share of the last moments in which some kernel ran on it, in 0 … 1
 * @param memoryBytes in use on it
 */
record GpuReading(double utilization, long memoryBytes) {
    private static final double PERCENT = 100;
    private static final int MEBI_BITS = 20;

    /**
     * One reading a line.
     *
     * @throws IllegalArgumentException if a line has anything else, such as [N/A], or there is none
     */
    static List<GpuReading> parse(String output) {
        List<GpuReading> readings = output.lines()
                .filter(line -> !line.isBlank())
                .map(GpuReading::parseLine)
                .toList();
        if (readings.isEmpty()) {
            throw new IllegalArgumentException("nvidia-smi: must tell of at least one GPU, but said nothing");
        }
        return readings;
    }

    private static GpuReading parseLine(String line) {
        String[] cells = line.split(",", -1);
        try {
            if (cells.length == 2) {
                double utilization = Double.parseDouble(cells[0].strip()) / PERCENT;
                long memory = Long.parseLong(cells[1].strip()) << MEBI_BITS;
                if (utilization >= 0 && utilization <= 1 && memory >= 0) {
                    return new GpuReading(utilization, memory);
                }
            }
        } catch (NumberFormatException e) {
            // Said below, with the line.
        }
        throw new IllegalArgumentException(
                "nvidia-smi: must tell a GPU's utilization in % and memory in MiB, but said '" + line.strip() + "'");
    }
}
