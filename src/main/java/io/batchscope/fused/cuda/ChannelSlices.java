package io.batchscope.fused.cuda;

/**
 * How a sum over a channel is divided among blocks: by examples, so that the device has enough to do with few channels. The
 * same on every device, so that sums are.
 *
 * @param rows examples
 * @param slices parts of them
 * @param rowsPerSlice examples of each part but the last
 */
record ChannelSlices(long rows, int slices, long rowsPerSlice) {
    /** Blocks that keep a large device busy. */
    private static final int BLOCKS = 1024;

    /** Numbers below which one more block does not pay. */
    private static final long LEAST_NUMBERS = 4096;

    private static final int MOST_SLICES = 65_535;

    static ChannelSlices of(long rows, int channels, int inner) {
        long wanted = Math.min((BLOCKS + channels - 1L) / channels, (rows * inner + LEAST_NUMBERS - 1) / LEAST_NUMBERS);
        long slices = Math.max(1, Math.min(Math.min(wanted, rows), MOST_SLICES));
        long perSlice = (rows + slices - 1) / slices;
        return new ChannelSlices(rows, Math.toIntExact((rows + perSlice - 1) / perSlice), perSlice);
    }
}
