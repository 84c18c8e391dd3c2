package io.batchscope.train;

/**
 * Adds up the signs of all ranks, for each element how many sent +τ less how many sent −τ. Those are whole numbers, exact in
 * floats, so their sum depends neither on how they travel nor on their order. Of three ways each round takes the one with
 * which that rank that sends most sends the fewest bytes; the last one sends what an all-reduce of the gradient would.
 */
final class SignExchange {
    /** How signs travel. */
    enum Format {
        /** All ranks get each rank's sent elements: a word each, the index, and the highest bit for −τ. */
        SPARSE,

        /** All ranks get each rank's signs of all elements, two bits each. */
        BITMAP,

        /** The numbers are summed as floats; from 33 ranks on it may be less than what all bitmaps are. */
        DENSE
    }

    private final Collective collective;
    private final GradientParts parts;
    private final int words;
    private final int[] messages;
    private final int[] starts;

    SignExchange(Collective collective, GradientParts parts) {
        this.collective = collective;
        this.parts = parts;
        this.words = ThresholdEncoder.words(parts.length());
        this.messages = new int[messageWords(parts.length(), collective.size())];
        this.starts = new int[collective.size() + 1];
    }

    /** The most words that the messages of all ranks take in one round; more are not sent, but summed. */
    static int messageWords(int length, int ranks) {
        return (int) Math.min((long) ranks * ThresholdEncoder.words(length), 2L * length);
    }

    /**
     * The format to be used, the same on all ranks. Gathering takes a rank every message but the next rank's, an all-reduce
     * two times all chunks but one.
     *
     * @param sent how many elements each rank sends
     * @param length elements of the gradient
     */
    static Format cheapest(int[] sent, int length) {
        long all = 0;
        long least = Long.MAX_VALUE;
        for (int count : sent) {
            all += count;
            least = Math.min(least, count);
        }
        int ranks = sent.length;
        long sparse = all - least;
        long bitmap = (ranks - 1L) * ThresholdEncoder.words(length);
        long dense = 2L * (length - (length + ranks - 1) / ranks);
        if (sparse < Math.min(bitmap, dense)) {
            return Format.SPARSE;
        }
        return bitmap <= dense ? Format.BITMAP : Format.DENSE;
    }

    /**
     * Puts the sums of all ranks' signs into {@code sums} and leaves what is no gradient there. All ranks call it.
     *
     * @param signs of this rank, as {@link ThresholdEncoder#signs}
     * @param sent how many elements each rank sends
     */
    void sum(int[] signs, int[] sent, Format format, float[] sums) {
        parts.clearFree(sums);
        switch (format) {
            case SPARSE -> sumSparse(signs, sent, sums);
            case BITMAP -> sumBitmaps(signs, sums);
            case DENSE -> {
                ThresholdEncoder.addSigns(signs, 0, words, sums);
                parts.sumFree(collective, sums);
            }
        }
    }

    private void sumSparse(int[] signs, int[] sent, float[] sums) {
        for (int rank = 0; rank < sent.length; rank++) {
            starts[rank + 1] = starts[rank] + sent[rank];
        }
        writeSparse(signs, messages, starts[collective.rank()]);
        collective.allGather(messages, starts);
        for (int i = 0; i < starts[sent.length]; i++) {
            int message = messages[i];
            sums[message & Integer.MAX_VALUE] += 1 - 2 * (message >>> 31);
        }
    }

    private static void writeSparse(int[] signs, int[] into, int at) {
        int next = at;
        for (int word = 0; word < signs.length; word++) {
            int left = signs[word];
            while (left != 0) {
                int bit = Integer.numberOfTrailingZeros(left);
                into[next++] = ((bit & 1) << 31) | (word * ThresholdEncoder.PER_WORD + (bit >> 1));
                left &= left - 1;
            }
        }
    }

    private void sumBitmaps(int[] signs, float[] sums) {
        for (int rank = 0; rank < collective.size(); rank++) {
            starts[rank + 1] = starts[rank] + words;
        }
        System.arraycopy(signs, 0, messages, starts[collective.rank()], words);
        collective.allGather(messages, starts);
        for (int rank = 0; rank < collective.size(); rank++) {
            ThresholdEncoder.addSigns(messages, starts[rank], words, sums);
        }
    }
}
